"""Tunebook: choose, tune, squeeze, compare and publish open language models in notebooks.

>>> import kit
>>> data = kit.load_data("finance-alerts")
>>> train, test = data.split()
>>> spec = kit.TuneSpec(model="smollm2-135m-instruct", data=train)

``kit.tune(spec)`` does it here; ``kit.start(spec)`` does it in a process of its own and returns a `Run` at once;
``kit.TunePanel(model=..., data=train)`` does it with the mouse.
"""

from kit.apps import PublishSpec
from kit.calls import (
    answer,
    auto,
    check_data,
    clean_data,
    compare,
    distill,
    evaluate,
    export,
    find_learning_rate,
    merge,
    search,
    slices,
    split_data,
    sweep,
    synthesize,
    tune,
)
from kit.choosing import recommend
from kit.data import Dataset, DataSpec, datasets, load_data
from kit.engines import Variant
from kit.errors import KitError, KitWarning
from kit.experiments import AutoSpec, SearchSpec, SweepSpec
from kit.gate import CleanSpec, Finding, GateSpec, SplitSpec, SynthesizeSpec
from kit.jobs import Run, find_run, runs, start
from kit.machine import Machine, ProbeSpec, Speed, known_speed, measure_speed, this_machine
from kit.measure import AnswerSpec, Cost, EvaluateSpec, JudgeSpec, LoadSpec, Slices, Verdict, Verdicts, export_task
from kit.measure.believed import calibration, confusion, threshold
from kit.models import GetSpec, ModelCard, catalogue
from kit.plots import beside, card, differences, export_comparison, within
from kit.quantization import methods
from kit.quantization.export import ExportSpec
from kit.result import Measurement, Result
from kit.spec import load_spec
from kit.tracking import RegisteredModel, load, register
from kit.tuning import DistillSpec, FindRateSpec, MergeSpec, TuneSpec
from kit.widgets import (
    ComparePanel,
    ConsultPanel,
    DataPanel,
    MachineCard,
    MachinePanel,
    ModelPicker,
    Playground,
    RunsPanel,
    SweepPanel,
    TriagePanel,
    TunePanel,
    columns,
)

__all__ = [
    "AnswerSpec",
    "AutoSpec",
    "CleanSpec",
    "ComparePanel",
    "ConsultPanel",
    "Cost",
    "DataPanel",
    "DataSpec",
    "Dataset",
    "DistillSpec",
    "EvaluateSpec",
    "ExportSpec",
    "FindRateSpec",
    "Finding",
    "GateSpec",
    "GetSpec",
    "JudgeSpec",
    "KitError",
    "KitWarning",
    "LoadSpec",
    "Machine",
    "MachineCard",
    "MachinePanel",
    "Measurement",
    "MergeSpec",
    "ModelCard",
    "ModelPicker",
    "Playground",
    "ProbeSpec",
    "PublishSpec",
    "RegisteredModel",
    "Result",
    "Run",
    "RunsPanel",
    "SearchSpec",
    "Slices",
    "Speed",
    "SplitSpec",
    "SweepPanel",
    "SweepSpec",
    "SynthesizeSpec",
    "TriagePanel",
    "TunePanel",
    "TuneSpec",
    "Variant",
    "Verdict",
    "Verdicts",
    "answer",
    "auto",
    "beside",
    "calibration",
    "card",
    "catalogue",
    "check_data",
    "clean_data",
    "columns",
    "compare",
    "confusion",
    "datasets",
    "differences",
    "distill",
    "evaluate",
    "export",
    "export_comparison",
    "export_task",
    "find_learning_rate",
    "find_run",
    "known_speed",
    "load",
    "load_data",
    "load_spec",
    "measure_speed",
    "merge",
    "methods",
    "recommend",
    "register",
    "runs",
    "search",
    "slices",
    "split_data",
    "start",
    "sweep",
    "synthesize",
    "this_machine",
    "threshold",
    "tune",
    "within",
]
