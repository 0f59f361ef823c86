"""Every spec of the kit: to and from files, what is refused and in which words, and the code it shows."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
import yaml

import kit
from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.errors import KitError, ParameterError
from kit.experiments import SearchSpec
from kit.experiments.spec import SweepSpec
from kit.gate.clean.spec import CleanSpec
from kit.gate.split import SplitSpec
from kit.gate.synthesize import SynthesizeSpec
from kit.measure.judge import JudgeSpec
from kit.measure.loads import LoadSpec
from kit.measure.spec import AnswerSpec, EvaluateSpec
from kit.quantization.export import ExportSpec
from kit.report import ListReport
from kit.spec import Spec, carry_out, load_spec, param, resolve
from kit.tuning.distill.spec import DistillSpec
from kit.tuning.fields import MethodFields
from kit.tuning.merging.spec import MergeSpec
from kit.tuning.rate.spec import FindRateSpec
from kit.tuning.spec import TuneSpec
from kit.verticals.manufacturing.whole import WindowsSpec
from kit.verticals.medical.fewer.spec import FewerSpec
from kit.verticals.preparing import PrepareSpec


def _all_specs() -> list[type[Spec]]:
    for info in pkgutil.walk_packages(kit.__path__, "kit."):
        if info.name.endswith(".spec"):
            importlib.import_module(info.name)
    return sorted((c for c in _below(Spec) if c.__module__.startswith("kit.")), key=lambda cls: cls.path())


def _below(cls: type[Spec]) -> set[type[Spec]]:
    """Every spec that is made from `cls`, however it is made."""
    return {found for each in cls.__subclasses__() for found in (each, *_below(each))}


SPECS = _all_specs()
FIELDS = [(cls, field) for cls in SPECS for field in dataclasses.fields(cls)]
NUMBERS = [(cls, f) for cls, f in FIELDS if f.metadata["low"] is not None or f.metadata["above"] is not None]


def _id(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else value.name


each_spec = pytest.mark.parametrize("cls", SPECS, ids=_id)
each_field = pytest.mark.parametrize(("cls", "field"), FIELDS, ids=_id)
each_number = pytest.mark.parametrize(("cls", "field"), NUMBERS, ids=_id)


def _plain_hint(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(option for option in get_args(hint) if option is not type(None))
    return hint


NAMES = {
    "task": "classify",
    "checks": ("schema", "length"),
    "personal": ("email", "person"),
    "rules": ("words>=3", "gopher"),
    "method": "fp16",
    "engines": ("transformers",),
    "methods": ("fp16", "fp32"),
    "measures": ("memory", "latency"),
    "objectives": ("max_ram_mib", "ttft_s"),
    "limits": ("tpot_s=0.5", "licence=commercial"),
    "device": "cuda:0",
    "url": "https://models.example.org/v1",
    "judge": None,  # only where answers are written
}  # checked against a list, or against each other
TOGETHER: dict[type[Spec], dict[str, Any]] = {
    DataSpec: {
        "source": "postgresql://reader@db.example.org/notes",
        "query": "SELECT * FROM notes ORDER BY id",
        "password_variable": "NOTES_PASSWORD",
        "template": "Age: {age}; job: {job}",
    },
    CleanSpec: {"steps": ("schema", "rules")},
    SplitSpec: {"by": "group"},
    **{spec: {"time": ""} for spec in (PrepareSpec, WindowsSpec)},  # rows are divided by group or by time
    FewerSpec: {"sizes": (4, 8)},
    SynthesizeSpec: {"ways": ("counter-example",)},
    Variant: {"method": "remote", "engine": "https://models.example.org/v1", "key_variable": "MODELS_API_KEY"},
    SweepSpec: {"calibration": DataSpec(source="others.jsonl", text="note", label="decision")},
    JudgeSpec: {"key_variable": "MODELS_API_KEY"},
    MergeSpec: {"combination": "svd", "rank": 4},
    MethodFields: {"method": "dora"},
    TuneSpec: {
        "method": "dora",
        "init_lora_weights": "gaussian",
        "rank_pattern": ("down_proj=8", "layers.3.*=32"),
        "gradient_accumulation_steps": None,
        "quantization_aware": None,
        "layout": "pp",
    },
    DistillSpec: {"on": "answers"},  # the changed teacher is one that a server runs
    FindRateSpec: {"lowest": 1e-6, "highest": 0.5},
    SearchSpec: {"space": ("rank=8,16",), "objectives": ("validation_loss", "training_s"), "pruning": "none"},
    ExportSpec: {"variant": Variant(model="some-model", method="fp16")},  # what a server holds cannot be written
    LoadSpec: {"kind": "users", "users": 3, "rate": None, "sweep_users": (), "sweep_rates": ()},
}  # fields that only go together
AT_LEAST: dict[type[Spec], dict[str, Any]] = {
    FewerSpec: {"sizes": (4, 8)},
    EvaluateSpec: {"data": DataSpec(source="rows.jsonl")},
    ExportSpec: {"variant": Variant(model="some-model", method="fp16")},
}  # what is needed though it has a default: rows, or else tasks


def _some_value(name: str, hint: Any, rules: Any, default: Any) -> Any:
    """A value that is allowed and, where that is possible, not the default."""
    if name in NAMES:
        return NAMES[name]
    hint = _plain_hint(hint)
    if rules.get("choices"):
        return next((c for c in rules["choices"] if c != default), rules["choices"][0])
    if get_origin(hint) is tuple:
        return tuple(_some_value(f"{name}{i}", get_args(hint)[0], {}, None) for i in (1, 2))
    if isinstance(hint, type) and issubclass(hint, Spec):
        return changed(hint)
    if hint is bool:
        return not default
    if hint is int:
        return rules.get("low") if default != rules.get("low") else default + 1
    if hint is float:
        return 1.25e-05 if (rules.get("low") or 0) <= 0 else rules["low"]
    return f"{name}: größer \"than\"\n'it' seems" if hint is str else default


def changed(cls: type[Spec]) -> Spec:
    """A spec with a value of its own in every field."""
    hints = get_type_hints(cls)
    own = TOGETHER.get(cls, {})
    others = [f for f in dataclasses.fields(cls) if f.name not in own]
    return cls(**own, **{f.name: _some_value(f.name, hints[f.name], f.metadata, f.default) for f in others})


def smallest(cls: type[Spec]) -> Spec:
    """A spec with only what must be given."""
    hints = get_type_hints(cls)
    own = AT_LEAST.get(cls, {})
    required = [f for f in dataclasses.fields(cls) if f.default is dataclasses.MISSING and f.name not in own]
    return cls(**own, **{f.name: _some_value(f.name, hints[f.name], f.metadata, None) for f in required})


def test_the_kit_has_specs() -> None:
    assert {TuneSpec, DataSpec, AnswerSpec} <= set(SPECS)


@each_spec
@pytest.mark.parametrize("make", [smallest, changed])
def test_round_trips(cls: type[Spec], make: Any, tmp_path: Path) -> None:
    spec = make(cls)
    assert cls.from_dict(spec.to_dict()) == spec
    assert Spec.from_dict(json.loads(spec.to_json())) == spec
    for name, text in (("spec.json", spec.to_json()), ("spec.yaml", spec.to_yaml())):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert load_spec(tmp_path / name) == spec
    assert load_spec(spec.to_dict()).key == spec.key


@each_spec
@pytest.mark.parametrize("make", [smallest, changed])
def test_code_makes_the_same_spec(cls: type[Spec], make: Any) -> None:
    spec = make(cls)
    namespace = types.SimpleNamespace(**{c.__name__: c for c in SPECS})
    assert eval(spec.code(), {"kit": namespace}) == spec


def test_code_is_laid_out_as_people_write_it() -> None:
    spec = TuneSpec(model="m", rank=8, data=DataSpec(source="a/rather/long/path.csv", text="body", label="disposition"))
    assert spec.code() == (
        "kit.TuneSpec(\n"
        "    model='m',\n"
        "    data=kit.DataSpec(source='a/rather/long/path.csv', text='body', label='disposition'),\n"
        "    rank=8,\n"
        ")"
    )
    pair = AnswerSpec(prompt="Why?", variants=(Variant(model="a"), Variant(model="b", method="fp32")))
    assert pair.code() == (
        "kit.AnswerSpec(\n"
        "    variants=(\n"
        "        kit.Variant(model='a'),\n"
        "        kit.Variant(model='b', method='fp32'),\n"
        "    ),\n"
        "    prompt='Why?',\n"
        ")"
    )


@each_spec
def test_every_field_is_described(cls: type[Spec]) -> None:
    for field in dataclasses.fields(cls):
        assert field.metadata["label"], field.name


@each_spec
def test_no_field_bears_a_name_that_files_use_for_themselves(cls: type[Spec]) -> None:
    assert not {"spec", "version"} & {field.name for field in dataclasses.fields(cls)}


@each_spec
def test_what_was_renamed_exists(cls: type[Spec]) -> None:
    names = {field.name for field in dataclasses.fields(cls)} | {change.old for change in cls.changes}
    assert {change.new for change in cls.changes} - {None} <= names


@each_spec
def test_work_is_named_by_an_import_path(cls: type[Spec]) -> None:
    assert cls.carried_out_by == "" or cls.carried_out_by.startswith("kit.")


@each_spec
def test_unknown_key_names_the_nearest(cls: type[Spec]) -> None:
    name = max((f.name for f in dataclasses.fields(cls)), key=len)
    values = smallest(cls).to_dict()
    values[name[:-1] + name[-1] * 2] = values.pop(name, 1)
    with pytest.raises(ParameterError) as caught:
        cls.from_dict(values)
    assert repr(name) in caught.value.fix


@each_field
def test_wrong_type_is_refused(cls: type[Spec], field: dataclasses.Field[Any]) -> None:
    with pytest.raises(ParameterError) as caught:
        changed(cls).replace(**{field.name: object()})
    assert caught.value.parameter == field.name
    assert caught.value.fix


@each_number
def test_number_outside_its_range_is_refused(cls: type[Spec], field: dataclasses.Field[Any]) -> None:
    rules, spec = field.metadata, changed(cls)
    whole = _plain_hint(get_type_hints(cls)[field.name]) is int
    outside = [rules["low"] - 1] if rules["low"] is not None else [rules["above"]]
    outside += [rules["high"] + 1] if rules["high"] is not None else []
    outside += [] if whole else [float("nan"), float("inf")]
    for value in outside:
        value = value if whole else float(value)
        with pytest.raises(ParameterError) as caught:
            spec.replace(**{field.name: value})
        assert caught.value.parameter == field.name
        assert repr(value) in str(caught.value)
        bounds = [rules[key] for key in ("low", "high", "above") if rules[key] is not None]
        assert all(str(bound) in str(caught.value) for bound in bounds)


def _tune(**values: Any) -> TuneSpec:
    return TuneSpec(model="some-model", data=DataSpec(source="finance-alerts"), **values)


def test_negative_rank_reads_well() -> None:
    with pytest.raises(ParameterError) as caught:
        _tune(rank=-3)
    expected = "rank=-3 is not allowed: it must be a whole number from 1 to 1024. Change rank and try again."
    assert str(caught.value) == expected


def test_only_an_upper_bound_is_told() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Bounded(Spec):
        x: int = param(1, label="x", high=5)

    with pytest.raises(ParameterError, match="at most 5"):
        Bounded(x=6)


def test_choice_names_the_nearest() -> None:
    with pytest.raises(ParameterError, match="Did you mean 'linear'") as caught:
        _tune(schedule="lineer")
    assert "'cosine'" in str(caught.value)


def test_bool_is_not_a_number() -> None:
    with pytest.raises(ParameterError, match="rank=True"):
        _tune(rank=True)


@pytest.mark.parametrize("value", ["", "  "])
def test_empty_text_is_refused(value: str) -> None:
    with pytest.raises(ParameterError, match="not empty"):
        DataSpec(source=value)


def test_empty_list_is_refused() -> None:
    with pytest.raises(ParameterError, match="at least one entry"):
        _tune(target_modules=())


def test_wrong_entry_is_named_by_its_place() -> None:
    with pytest.raises(ParameterError, match=r"target_modules\[1\]=7"):
        _tune(target_modules=("q_proj", 7))


def test_micro_batch_must_divide() -> None:
    with pytest.raises(ParameterError, match=r"divisor of batch_size \(8\)"):
        _tune(micro_batch_size=5)


def test_values_become_plain() -> None:
    class Standing:
        def as_spec_value(self) -> Path:
            return Path("a") / "b.csv"

    spec = _tune(rank=np.int64(8), learning_rate=np.float64(0.5), alpha=3, target_modules=["q_proj"])
    assert (type(spec.rank), type(spec.learning_rate), type(spec.alpha)) == (int, float, float)
    assert spec.target_modules == ("q_proj",)
    assert DataSpec(source=Standing()).source == str(Path("a") / "b.csv")  # type: ignore[arg-type]


def test_a_spec_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        _tune().rank = 3  # type: ignore[misc]


def test_keys_tell_specs_apart() -> None:
    assert _tune().key == _tune().key != _tune(rank=8).key


def test_nested_values_may_be_written_without_their_class() -> None:
    data = {"source": "finance-alerts"}
    written = {"spec": TuneSpec.path(), "model": "m", "data": data, "validation": {**data, "split": "test"}}
    spec = load_spec(written)
    assert isinstance(spec, TuneSpec)
    assert spec.validation == DataSpec(source="finance-alerts", split="test")
    asked = load_spec({"spec": AnswerSpec.path(), "prompt": "Hello?", "variants": [{"model": "m", "method": "fp32"}]})
    assert isinstance(asked, AnswerSpec)
    assert asked.variants[0].method == "fp32"


def test_numbers_with_an_exponent_are_numbers_in_files(tmp_path: Path) -> None:
    assert yaml.safe_load("1e-4") == "1e-4"  # what YAML 1.1 makes of it, and nobody means
    spec = _tune(learning_rate=1e-05)
    (tmp_path / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    assert "1e-05" in spec.to_json()
    assert load_spec(tmp_path / "spec.json") == spec
    text = f"spec: {TuneSpec.path()}\nmodel: m\ndata: {{source: a.csv}}\nlearning_rate: 1e-4\nalpha: 2E+1\n"
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    loaded = load_spec(tmp_path / "spec.yaml")
    assert (loaded.learning_rate, loaded.alpha) == (1e-4, 20.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"{", "valid JSON or YAML"),
        (b"[1, 2]", "a mapping with the key 'spec'"),
        (b"model: m", "a mapping with the key 'spec'"),
        (b"\xff\xfe\x00", "valid JSON or YAML"),
        (b"spec: 7", "package.module:Class"),
        (b"spec: kit.tuning.spec.TuneSpec", "package.module:Class"),
        (b"spec: kit.tuning.spec:TuneSpek", "cannot be imported"),
        (b"spec: kit.errors:KitError", "the import path of a Spec"),
        (b"spec: kit.tuning.spec:TuneSpec\ndata: {source: a.csv}", "no default"),
    ],
)
def test_unusable_files_are_explained(text: bytes, expected: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_bytes(text)
    with pytest.raises(KitError, match=expected) as caught:
        load_spec(tmp_path / "spec.yaml")
    assert "<class" not in str(caught.value)


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"no\.json.*a file that can be read"):
        load_spec(tmp_path / "no.json")


def test_a_spec_of_another_kind_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"kit\.tuning\.spec:TuneSpec"):
        TuneSpec.from_dict(DataSpec(source="a.csv").to_dict())


def test_a_spec_without_work_cannot_be_carried_out(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="DataSpec"):
        carry_out(DataSpec(source="a.csv"), ListReport(tmp_path))


def test_resolve_finds_what_a_path_names() -> None:
    assert resolve("kit.tuning.spec:TuneSpec") is TuneSpec
    with pytest.raises(KitError, match="no_such_module"):
        resolve("no_such_module:x")
