"""Whatever is wrong with what comes in through the front door: one clear error of ours, with the next step.

`data/test_malformed_data.py` says how rows go wrong in detail; here is one of each kind, by every way in.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import kit
from kit.cli import main
from kit.errors import DataError, KitError

KIT = Path(kit.__file__).parent
ROWS = "".join(json.dumps({"text": f"it goes {way}", "label": way}) + "\n" for way in ("up", "down") * 6)
DATA = kit.DataSpec(source="finance-alerts", split="test", limit=12)
SPEC = "spec: kit.tuning.spec:TuneSpec\nmodel: m\n"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def load(name: str, content: str | bytes, **options: Any) -> Callable[[Path], Any]:
    """Return what loads a file that holds `content`."""
    return lambda folder: kit.load_data(put(folder, name, content), **options)


def tune(**values: Any) -> Callable[[Path], Any]:
    """Return what makes a `TuneSpec` with one thing wrong."""
    return lambda _folder: kit.TuneSpec(**{"model": "m", "data": DATA, **values})


def sweep(**values: Any) -> Callable[[Path], Any]:
    """Return what makes a `SweepSpec` with one thing wrong."""
    return lambda _folder: kit.SweepSpec(**{"model": "m", "data": DATA, **values})


def read_spec(text: str) -> Callable[[Path], Any]:
    """Return what reads a YAML file that holds `text`."""
    return lambda folder: kit.load_spec(put(folder, "spec.yaml", text))


def evaluate(model: str | Path) -> kit.Run:
    """Start measuring `model`."""
    return kit.start(kit.EvaluateSpec(variant=kit.Variant(model=str(model)), data=DATA))


def damaged_parquet(folder: Path) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    path = folder / "rows.parquet"
    parquet.write_table(pa.table({"text": ["up", "down"] * 500, "label": ["a", "b"] * 500}), path)
    path.write_bytes(path.read_bytes()[:-200])
    return kit.load_data(path)


def weights(path: Path) -> Path:
    """Write a small safetensors file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"a": torch.zeros(8, 8)}, path)
    return path


def truncated_model(folder: Path) -> Any:
    put(folder, "model/config.json", '{"model_type": "llama"}')
    path = weights(folder / "model" / "model.safetensors")
    path.write_bytes(path.read_bytes()[:-7])
    return evaluate(folder / "model")


def pickled_model(folder: Path) -> Any:
    put(folder, "model/config.json", '{"model_type": "llama"}')
    torch.save({"a": torch.zeros(2)}, folder / "model" / "pytorch_model.bin")
    return evaluate(folder / "model")


def model_of_no_known_kind(folder: Path) -> Any:
    put(folder, "model/config.json", '{"model_type": "moon"}')
    weights(folder / "model" / "model.safetensors")
    return evaluate(folder / "model")


def adapter_without_base(folder: Path) -> Any:
    put(folder, "adapter/adapter_config.json", '{"peft_type": "LORA"}')
    weights(folder / "adapter" / "adapter_model.safetensors")
    return evaluate(folder / "adapter")


def tune_unknown_modules(folder: Path, tiny_model: Path) -> Any:
    data = kit.load_data(put(folder, "rows.jsonl", ROWS))
    return kit.start(kit.TuneSpec(model=str(tiny_model), data=data.spec, target_modules=("q_prog",)))


def edited_spec(folder: Path) -> Any:
    """A run whose spec.json somebody spoilt before its process read it."""
    put(folder, "rows.jsonl", ROWS)
    spec = kit.EvaluateSpec(variant=kit.Variant(model="m"), data=kit.DataSpec(source=str(folder / "rows.jsonl")))
    put(folder, "rows.jsonl", ROWS[:100])
    return kit.start(spec)


@dataclass(frozen=True)
class Case:
    """What is done, and what the one error says: where, the value, what is allowed, the next step."""

    do: Callable[..., Any]
    says: tuple[str, ...]
    row: int | None = None
    field: str | None = None


CASES = {
    # rows
    "missing column": Case(load("a.jsonl", ROWS, text="note"), ("text='note'", "label, text", "Name the right one")),
    "one label": Case(load("a.csv", "text,label\na,up\nb,up\n"), ("'up'", "at least two"), field="label"),
    "empty text": Case(load("a.csv", 'text,label\na,up\n"  ",down\n'), ("line 3", "'text'", "leave"), 3, "text"),
    "broken JSON": Case(load("a.jsonl", ROWS[:-1].replace("{", "(", 7).replace("(", "{", 6)), ("line 7", "JSON"), 7),
    "wrong encoding": Case(
        load("a.csv", "text,label\nCafé,up\n".encode("cp1252"), encoding="utf-8"), ("line 2", "0xe9", "cp1252"), 2
    ),
    "no bytes": Case(load("a.jsonl", b""), ("a.jsonl", "0 bytes", "Export it again")),
    "one column twice": Case(load("a.csv", "text,label,text\na,b,c\n"), ("'text'", "its own"), field="text"),
    "label not allowed": Case(
        load("a.jsonl", ROWS, labels=["up", "dwn"]), ("line 2", "'down'", "up, dwn", "Correct"), 2, "label"
    ),
    "labels as one text": Case(load("a.jsonl", ROWS, labels="up"), ("labels='up'", "a list of text")),
    "damaged Parquet": Case(damaged_parquet, ("rows.parquet", "damaged")),
    "missing file": Case(lambda folder: kit.load_data(folder / "a.csv"), ("a.csv", "exists", "finance-alerts")),
    "folder for a file": Case(lambda folder: kit.load_data(folder), ("not a folder", ".jsonl")),
    "no source": Case(lambda folder: kit.load_data(None), ("source=None", "a pandas DataFrame")),
    "misspelled option": Case(load("a.jsonl", ROWS, lable="x"), ("lable='x'", "encoding, ", "'label'")),
    "limit below labels": Case(load("a.jsonl", ROWS, limit=1), ("limit=1", "at least 2")),
    "unknown part": Case(load("a.jsonl", ROWS, split="tset"), ("split='tset'", "'train'", "'test'")),
    # specs
    "misspelled field": Case(tune(rnak=3), ("rnak=3", "alpha, answer_logits", "Did you mean 'rank'")),
    "missing field": Case(lambda folder: kit.TuneSpec(model="m"), ("data", "no default", "Add data=")),
    "field by place": Case(
        lambda folder: kit.TuneSpec("m"),  # type: ignore[call-arg]
        ("'m'", "by name", "model="),
    ),
    "negative rank": Case(tune(rank=-1), ("rank=-1", "1 to 1024")),
    "rank as text": Case(tune(rank="16"), ("rank='16'", "a whole number")),
    "rank as truth value": Case(tune(rank=True), ("rank=True", "a whole number")),
    "rate not a number": Case(tune(learning_rate=float("nan")), ("learning_rate=nan", "above 0, at most 1")),
    "batch not divisible": Case(tune(batch_size=16, micro_batch_size=5), ("micro_batch_size=5", "divisor", "16")),
    "unknown schedule": Case(tune(schedule="cosin"), ("schedule='cosin'", "'linear'", "Did you mean 'cosine'")),
    "path for data": Case(tune(data="a.csv"), ("data='a.csv'", "DataSpec", "kit.load_data(")),
    "no model": Case(tune(model=" "), ("model=' '", "not empty")),
    "unknown method": Case(sweep(methods=["nf4"]), ("'nf4'", "bnb-int8", "Did you mean 'bnb-nf4'")),
    "method twice": Case(sweep(methods=["bf16", "bf16"]), ("methods=", "each method once")),
    "method as text": Case(sweep(methods="bf16"), ("methods='bf16'", "a list of text")),
    "unknown measure": Case(sweep(measures=["acuracy"]), ("'acuracy'", "latency", "Did you mean 'accuracy'")),
    "name for a variant": Case(
        lambda folder: kit.EvaluateSpec(variant="m", data=DATA),  # type: ignore[arg-type]
        ("variant='m'", "a Variant", "kit.Variant("),
    ),
    "nothing to ask": Case(lambda folder: kit.AnswerSpec(variants=(), prompt="?"), ("variants=()", "at least one")),
    "empty question": Case(
        lambda folder: kit.AnswerSpec(variants=(kit.Variant(model="m"),), prompt=""), ("prompt=''", "not empty")
    ),
    "unknown key in a file": Case(read_spec(SPEC + "rnk: 3\ndata: {source: a}\n"), ("rnk=3", "alpha, ", "'rank'")),
    "unknown key inside": Case(read_spec(SPEC + "data: {sauce: a}\n"), ("sauce='a'", "encoding, ", "'source'")),
    "number for a key": Case(read_spec(SPEC + "3: 4\n"), ("3=4", "alpha, ", "Leave it out")),
    "broken YAML": Case(read_spec("spec: [\n"), ("spec.yaml", "line 2", "to_yaml()")),
    "no class in a file": Case(read_spec("model: m\n"), ("spec.yaml", "'spec'", "Add it as the first line")),
    "class without module": Case(read_spec("spec: TuneSpec\n"), ("'TuneSpec'", "kit.tuning.spec:TuneSpec")),
    "code for a class": Case(read_spec("spec: os:system\n"), ("'os:system'", "import path of a Spec")),
    "missing spec file": Case(lambda folder: kit.load_spec(folder / "a.yaml"), ("a.yaml", "No such file")),
    "folder for a spec": Case(lambda folder: kit.load_spec(folder), ("Is a directory", "to_yaml()")),
    "number for a spec": Case(lambda folder: kit.load_spec(7), ("spec=7", "JSON or YAML")),  # type: ignore[arg-type]
    # starting, finding, comparing
    "start a path": Case(lambda folder: kit.start("a.yaml"), ("spec='a.yaml'", "kit.TuneSpec", "kit.load_spec")),  # type: ignore[arg-type]
    "start a description": Case(lambda folder: kit.start(DATA), ("DataSpec", "Give it to the spec")),
    "tune a dataset": Case(lambda folder: kit.tune(kit.load_data("finance-alerts")), ("spec=", "kit.TuneSpec(")),  # type: ignore[arg-type]
    "unknown run": Case(lambda folder: kit.find_run("abcd"), ("'abcd'", "no runs yet")),
    "number for a run": Case(lambda folder: kit.find_run(7), ("name=7", "as text", "kit.runs()")),  # type: ignore[arg-type]
    "compare lists": Case(lambda folder: kit.compare([True], [True, False]), ("a=[True]", "a run", "kit.runs()")),  # type: ignore[arg-type]
    "compare a path": Case(lambda folder: kit.compare("run-1"), ("'run-1'", "no runs yet")),
    "nothing measured": Case(lambda folder: kit.compare(kit.Result(spec={})), ("row by row", "accuracy")),
    "slices of nothing": Case(lambda folder: kit.slices(kit.Result(spec={})), ("no record of its rows", "Measure")),
    "columns of text": Case(lambda folder: kit.columns("a"), ("panels='a'", "kit.ModelPicker()")),  # type: ignore[arg-type]
    # panels
    "picker, unknown task": Case(lambda folder: kit.ModelPicker("clasify"), ("task='clasify'", "classify, choose")),
    "picker, model for task": Case(
        lambda folder: kit.ModelPicker("smollm2-135m-instruct"), ("task=", "selected='smollm2-135m-instruct'")
    ),
    "picker, unknown model": Case(lambda folder: kit.ModelPicker(selected="smolm"), ("'smolm'", "smollm2-135m")),
    "panel, misspelled": Case(lambda folder: kit.TunePanel("m", DATA, rnak=3), ("rnak=3", "Did you mean 'rank'")),
    "panel, negative rank": Case(lambda folder: kit.TunePanel("m", DATA, rank=-3), ("rank=-3", "1 to 1024")),
    "panel, number for a model": Case(lambda folder: kit.TunePanel(3, DATA), ("model=3", "ModelPicker", "catalogue")),
    "panel, number for data": Case(lambda folder: kit.SweepPanel("m", 3), ("data=3", "a dataset")),
    "panel, nothing": Case(lambda folder: kit.TunePanel(), ("model", "Add model=")),  # type: ignore[call-arg]
    "panel, unknown method": Case(lambda folder: kit.SweepPanel("m", DATA, methods=["q"]), ("'q'", "bnb-nf4")),
    "panel, no sweep": Case(lambda folder: kit.ComparePanel(3), ("sweep=3", "a SweepPanel")),
    # runs
    "run, unknown model": Case(lambda folder: evaluate("org/no-such"), ("org/no-such", "(1)", "(2)", "(3)")),
    "run, misspelled model": Case(lambda folder: evaluate("smollm2-135n"), ("'smollm2-135n'", "Known:", "Did you")),
    "run, unknown run": Case(lambda folder: evaluate("run:abcd"), ("'abcd'", "No run has tuned a model yet")),
    "run, truncated weights": Case(truncated_model, ("model.safetensors", "damaged", "Delete it")),
    "run, pickled weights": Case(pickled_model, ("pytorch_model.bin", "any code", "safetensors")),
    "run, model of no known kind": Case(model_of_no_known_kind, ("model", "cannot be opened", "config.json")),
    "run, adapter without base": Case(adapter_without_base, ("adapter", "which model", "base_model_name_or_path")),
    "run, unknown module": Case(tune_unknown_modules, ("'q_prog'", "v_proj", "Did you mean 'q_proj'")),
    "run, rows spoilt since": Case(edited_spec, ("rows.jsonl, line", "not valid JSON", "one whole object")),
    # the terminal
    "typed, missing spec": Case(lambda folder: main(["run", str(folder / "a.yaml")]), ("a.yaml", "No such file")),
    "typed, unknown run": Case(lambda folder: main(["log", "abcd"]), ("'abcd'", "no runs yet")),
    "typed, unknown model": Case(lambda folder: main(["models", "where", "org/no-such"]), ("org/no-such", "(1)")),
    "typed, no notebook": Case(lambda folder: main(["app", "a.ipynb"]), ("a.ipynb", "ends with .ipynb")),
}


@pytest.mark.parametrize("name", CASES)
def test_one_clear_error(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    case = CASES[name]
    given = [request.getfixturevalue("tiny_model")] if case.do is tune_unknown_modules else []
    outcome = done(case, tmp_path, *given)
    if isinstance(outcome, KitError):
        text, fix = str(outcome), outcome.fix
        assert KIT in Path(traceback.extract_tb(outcome.__traceback__)[-1].filename).parents
        place = (outcome.row, outcome.field) if isinstance(outcome, DataError) else (None, None)
        assert place == (case.row, case.field)
    else:
        text, fix = failed(outcome) if isinstance(outcome, kit.Run) else typed(outcome, capsys)
    assert fix.strip()
    assert text.endswith(fix)
    for part in case.says:
        assert part in text
    assert "Traceback" not in text
    assert 'File "' not in text


def done(case: Case, *given: Path) -> Any:
    """Return what comes of a case: an error of ours, a run, or the exit code of a command."""
    try:
        return case.do(*given)
    except KitError as exc:
        return exc


def failed(run: kit.Run) -> tuple[str, str]:
    """Return what a run that must fail says, and the next step in it."""
    status = run.wait(120).status
    assert status.state == "failed"
    assert "Traceback" not in run.log, "nobody foresaw this"
    return f"{status.cause} {status.fix}", status.fix


def typed(code: int, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Return what a command that must fail says on standard error, and the next step in it."""
    assert code == 2
    said = capsys.readouterr()
    assert said.out == ""
    problem, fix = said.err.splitlines()
    assert problem.startswith("tunebook: ")
    return f"{problem} {fix}", fix
