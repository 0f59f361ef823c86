"""Tasks of lm-evaluation-harness as a measure: what lm-eval itself finds with its own model is the reference."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.engines.hf.engine import TransformersEngine
from kit.errors import DataError, MissingPackageError, ParameterError, Stopped, UnsupportedError
from kit.experiments import SweepSpec
from kit.experiments.each import variant_spec
from kit.measure import EvaluateSpec, scoring
from kit.measure.evaluate import evaluate
from kit.measure.harness import check_tasks
from kit.measure.record import Record
from kit.report import Event, ListReport
from kit.result import Result

ROWS = """
dataset_path: json
dataset_kwargs: {data_files: {test: rows.jsonl}}
test_split: test
"""
CHOOSE = """
task: choose_way
output_type: multiple_choice
doc_to_text: "{{question}}"
doc_to_choice: options
doc_to_target: gold
fewshot_split: test
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
"""
DRAWN = "  - {metric: mcc, aggregation: matthews_corrcoef, higher_is_better: true}\n"
READ = """
task: read_text
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{question}}"
metric_list:
  - {metric: word_perplexity, aggregation: weighted_perplexity, higher_is_better: false}
  - {metric: bits_per_byte, aggregation: bits_per_byte, higher_is_better: false}
"""
WRITE = """
task: write_answer
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "{{options[gold]}}"
generation_kwargs: {until: [" the"], max_gen_toks: 6, do_sample: false}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
filter_list:
  - {name: whole, filter: [{function: take_first}]}
  - {name: word, filter: [{function: regex, regex_pattern: "(\\\\w+)"}, {function: take_first}]}
"""
WORDS = ("The price", "The share", "Der Kurs", "The bond", "An account")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what datasets makes of the files with the test."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three tasks over the same twenty rows, and a group of two of them."""
    place = tmp_path / "my tasks"
    place.mkdir()
    rows = [
        {
            "question": f"{WORDS[i % 5]} {i} goes",
            "options": [" up", " down", " to the share"],
            "gold": i % 3,
            "kind": "odd" if i % 2 else "even",
        }
        for i in range(20)
    ]
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for text in (CHOOSE, READ, WRITE):
        name = text.split()[1]
        (place / f"{name}.yaml").write_text(text + ROWS, encoding="utf-8")
    group = "group: both\ntask: [choose_way, read_text]\naggregate_metric_list: [{metric: acc, filter_list: none}]\n"
    (place / "both.yaml").write_text(group.replace("read_text", "write_answer"), encoding="utf-8")
    return place


def _spec(model: Path, *names: Path, **settings: Any) -> EvaluateSpec:
    tasks = tuple(str(name) for name in names)
    return EvaluateSpec(variant=Variant(model=str(model), method="fp32"), tasks=tasks, batch_size=4, **settings)


def _theirs(model: Path, names: list[Path], **settings: Any) -> dict[str, Any]:
    """What lm-eval finds with its own model class, data files seen from the folder of the task."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(names[0].parent)
        patch.setenv("DISABLE_MULTIPROC", "1")
        patch.setattr("lm_eval.evaluator.add_env_info", lambda _results: None)  # asks for every package: seconds
        found = simple_evaluate(
            model=HFLM(str(model), device="cpu", dtype="float32", batch_size=4),
            tasks=[str(name) for name in names],
            task_manager=TaskManager(include_defaults=False),
            **settings,
        )
    assert found is not None
    return dict(found)


def _records(place: Path, result: Result, task: str) -> list[Record]:
    lines = (place / result.artifacts[f"rows-{task}"]).read_text(encoding="utf-8").splitlines()
    return [Record.from_dict(json.loads(line)) for line in lines]


def test_numbers_are_those_of_lm_eval(
    tiny_model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kit.measure.harness import run

    monkeypatch.setattr(run, "BOOTSTRAP", 40)
    (folder / "choose_way.yaml").write_text(CHOOSE + DRAWN + ROWS, encoding="utf-8")
    files = [folder / f"{name}.yaml" for name in ("choose_way", "read_text", "write_answer")]
    result = evaluate(_spec(tiny_model, *files), ListReport(tmp_path))
    theirs = _theirs(tiny_model, files, bootstrap_iters=40)
    expected = theirs["results"]
    for name in ("acc", "acc_stderr", "acc_norm", "acc_norm_stderr", "mcc", "mcc_stderr"):
        assert result.metrics[f"choose_way/{name}"] == expected["choose_way"][f"{name},none"], name
    for name in ("word_perplexity", "bits_per_byte"):
        assert result.metrics[f"read_text/{name}"] == pytest.approx(expected["read_text"][f"{name},none"], rel=1e-5)
    for by in ("whole", "word"):
        for name in ("exact_match", "exact_match_stderr"):
            assert result.metrics[f"write_answer/{by}/{name}"] == expected["write_answer"][f"{name},{by}"]
    assert result.facts["tasks"]["choose_way"]["rows"] == 20
    assert result.facts["tasks"]["read_text"]["higher_is_better"] == {"word_perplexity": False, "bits_per_byte": False}
    _check_records(tmp_path, result, theirs["samples"])


def _check_records(place: Path, result: Result, samples: dict[str, Any]) -> None:
    chosen = _records(place, result, "choose_way")
    for record, theirs in zip(chosen, samples["choose_way"], strict=True):
        assert record.row == theirs["doc_id"]
        assert record.logprobs == pytest.approx([answer[0] for answer in theirs["filtered_resps"]], abs=1e-4)
        assert record.scores["acc"] == theirs["acc"]
        assert record.gold == theirs["doc"]["options"][theirs["target"]].strip()
        assert (record.answer == record.gold) == bool(theirs["acc"])
        assert record.slices == {"kind": theirs["doc"]["kind"]}
        assert record.text == theirs["doc"]["question"]
    assert len({record.hash for record in chosen}) == 20
    read, written = _records(place, result, "read_text"), _records(place, result, "write_answer")
    assert [record.logprobs[0] for record in read] == pytest.approx(
        [each["filtered_resps"][0] for each in samples["read_text"]], abs=1e-4
    )
    assert [record.scores for record in read] == [{"loglikelihood": record.logprobs[0]} for record in read]
    whole = [each for each in samples["write_answer"] if each["filter"] == "whole"]
    # Of a character that the last token leaves incomplete, engines tell nothing.
    assert [record.answer for record in written] == [each["filtered_resps"][0].rstrip("\ufffd") for each in whole]


def test_shots_limit_and_groups_are_those_of_lm_eval(tiny_model: Path, folder: Path, tmp_path: Path) -> None:
    result = evaluate(_spec(tiny_model, folder / "choose_way.yaml", shots=2, task_limit=7), ListReport(tmp_path))
    theirs = _theirs(tiny_model, [folder / "choose_way.yaml"], num_fewshot=2, limit=7)
    assert result.facts["tasks"]["choose_way"] | {"higher_is_better": {}, "lm_eval": ""} == {
        **{"rows": 7, "shots": 2, "version": "Yaml", "kind": "multiple_choice"},
        **{"higher_is_better": {}, "lm_eval": ""},
    }
    for record, expected in zip(_records(tmp_path, result, "choose_way"), theirs["samples"]["choose_way"], strict=True):
        assert record.logprobs == pytest.approx([answer[0] for answer in expected["filtered_resps"]], abs=1e-4)
    group = evaluate(_spec(tiny_model, folder / "both.yaml"), ListReport(tmp_path / "group"))
    assert group.metrics["both/acc"] == group.metrics["choose_way/acc"]
    assert set(group.artifacts) == {"rows-choose_way", "rows-write_answer"}


class _Interrupted(ListReport):
    """Asks to stop at its `at`-th event."""

    def __init__(self, folder: Path, at: int) -> None:
        super().__init__(folder)
        self._at = at

    def emit(self, event: Event) -> None:
        super().emit(event)
        self.stop = self.stop or len(self.events) >= self._at


def test_stopped_anywhere_it_ends_with_the_same_files(
    tiny_model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_BATCHES", 2)
    monkeypatch.setattr(scoring, "_LEAST_ROWS", 1)
    files = [folder / f"{name}.yaml" for name in ("choose_way", "read_text", "write_answer")]
    spec = _spec(tiny_model, *files, task_limit=8)
    whole = evaluate(spec, ListReport(tmp_path / "whole"))
    asked: list[Any] = []
    _count(monkeypatch, asked)
    for at in (5, 14, 23, 36):
        place = tmp_path / str(at)
        try:
            result = evaluate(spec, _Interrupted(place, at))
        except Stopped:
            result = evaluate(spec, ListReport(place))
        numbers = {name: value for name, value in result.metrics.items() if "/" in name}
        assert numbers == {name: value for name, value in whole.metrics.items() if "/" in name}
        for name, path in whole.artifacts.items():
            assert (place / result.artifacts[name]).read_bytes() == (tmp_path / "whole" / path).read_bytes()
    asked.clear()
    evaluate(spec, ListReport(tmp_path / "whole"))
    assert asked == []  # everything was kept


def _count(monkeypatch: pytest.MonkeyPatch, asked: list[Any]) -> None:
    for name in ("score", "generate"):
        method = getattr(TransformersEngine, name)

        def counted(*args: Any, _method: Any = method, **settings: Any) -> Any:
            asked.append(args[1])
            return _method(*args, **settings)

        monkeypatch.setattr(TransformersEngine, name, counted)


def test_a_changed_task_is_asked_anew(tiny_model: Path, folder: Path, tmp_path: Path) -> None:
    file = folder / "choose_way.yaml"
    before = evaluate(_spec(tiny_model, file), ListReport(tmp_path / "run"))
    file.write_text(file.read_text(encoding="utf-8").replace("{{question}}", "{{question}} far"), encoding="utf-8")
    old = _records(tmp_path / "run", before, "choose_way")
    after = evaluate(_spec(tiny_model, file), ListReport(tmp_path / "run"))
    assert all(
        a.logprobs != b.logprobs for a, b in zip(old, _records(tmp_path / "run", after, "choose_way"), strict=True)
    )
    fresh = evaluate(_spec(tiny_model, file), ListReport(tmp_path / "fresh"))
    assert _records(tmp_path / "run", after, "choose_way") == _records(tmp_path / "fresh", fresh, "choose_way")


def test_progress_is_told_request_by_request(tiny_model: Path, folder: Path, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    evaluate(_spec(tiny_model, folder / "choose_way.yaml", folder / "write_answer.yaml", task_limit=5), report)
    told = [(event["phase"], event["done"], event["total"]) for event in report.events if event["kind"] == "progress"]
    assert ("writing answers", 3, 5) in told
    assert ("scoring tasks", 4, 5) in told
    assert report.values("choose_way/acc")


def test_questions_can_be_put_as_chat(tiny_model: Path, folder: Path, tmp_path: Path) -> None:
    file = folder / "choose_way.yaml"
    plain = evaluate(_spec(tiny_model, file), ListReport(tmp_path / "plain"))
    chat = evaluate(_spec(tiny_model, file, task_chat=True, shots=1), ListReport(tmp_path / "chat"))
    records = _records(tmp_path / "chat", chat, "choose_way")
    assert records[3].text == "Der Kurs 3 goes" or records[3].text.endswith("goes")
    assert records[0].hash != _records(tmp_path / "plain", plain, "choose_way")[0].hash


def test_what_cannot_be_measured_says_what_to_do(
    tiny_model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ListReport(tmp_path)
    (folder / "lost.yaml").write_text("task: lost\n" + ROWS.replace("rows.jsonl", "gone.jsonl"), encoding="utf-8")
    with pytest.raises(DataError, match=r"lost\.yaml.*dataset_path: json"):
        evaluate(_spec(tiny_model, folder / "lost.yaml"), report)
    (folder / "odd.yaml").write_text("doc_to_text: nothing\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"odd\.yaml cannot be read"):
        evaluate(_spec(tiny_model, folder / "odd.yaml"), report)
    twin = folder / "twin.yaml"
    twin.write_text((folder / "choose_way.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"choose_way is there twice"):
        evaluate(_spec(tiny_model, folder / "choose_way.yaml", twin), report)
    unsafe = folder / "unsafe.yaml"
    unsafe.write_text(WRITE + ROWS + "unsafe_code: true\n", encoding="utf-8")
    with pytest.raises(UnsupportedError, match="runs code that the model writes"):
        evaluate(_spec(tiny_model, unsafe), report)
    with pytest.raises(ParameterError, match="a file that is there"):
        check_tasks(["somewhere/missing.yaml"])
    with pytest.raises(ParameterError, match="names each task once"):
        check_tasks(["arc_easy", "arc_easy"])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'tunebook\[harness\]'"):
        _spec(tiny_model, folder / "choose_way.yaml").look_ahead()


def test_a_name_that_lm_eval_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.measure.harness import loading

    class Manager:
        task_index: dict[str, object] = {"arc_easy": object()}  # noqa: RUF012
        all_tasks = ("arc_easy",)

        def load(self, names: list[str]) -> Any:
            raise ConnectionError("Couldn't reach 'allenai/ai2_arc' on the Hub")

    monkeypatch.setattr(loading._Known, "manager", lambda self: Manager())
    with pytest.raises(ParameterError, match=r"Did you mean 'arc_easy'\?"):
        loading.load_tasks(["arc_esay"])
    with pytest.raises(DataError, match=r"arc_easy are not to be had.*go online once"):
        loading.load_tasks(["arc_easy"])


def test_rows_or_tasks_are_needed(tiny_model: Path) -> None:
    variant = Variant(model=str(tiny_model))
    with pytest.raises(ParameterError, match="data=None"):
        EvaluateSpec(variant=variant)
    with pytest.raises(ParameterError, match="Give data"):
        EvaluateSpec(variant=variant, tasks=("arc_easy",), measures=("accuracy",))
    spec = EvaluateSpec(variant=variant, tasks=("arc_easy",))
    assert spec.measured == ()
    assert EvaluateSpec.from_dict(spec.to_dict()) == spec
    assert spec.needs().devices


def test_a_sweep_measures_tasks_of_each_variant(tiny_model: Path, rows_file: Path) -> None:
    spec = SweepSpec(model=str(tiny_model), data=DataSpec(source=str(rows_file)), tasks=("arc_easy",), task_limit=5)
    one = variant_spec(spec.replace(task_chat=True), "bf16")
    assert (one.tasks, one.task_limit, one.task_chat) == (("arc_easy",), 5, True)
    with pytest.raises(ParameterError, match="a file that is there"):
        spec.replace(tasks=("gone.yaml",)).look_ahead()
