"""Cleaning: recorded steps, all columns kept, the same rows again from the same spec."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.errors import DataError, ParameterError, RunFailedError, Stopped
from kit.gate import registry
from kit.gate.check import Check, Seen, Tell
from kit.gate.clean.clean import clean
from kit.gate.clean.step import Mender
from kit.gate.finding import Finding, Flag
from kit.gate.registry import CheckEntry
from kit.gate.spec import Thresholds
from kit.gate.stored import canonical, line_of
from kit.place import home
from kit.report import ListReport


class Twice(Check):
    """Points at rows whose text stood before, in data or test."""

    name = "twice"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._seen: set[str] = set()
        self._flags: list[Flag] = []

    def feed(self, rows: Any) -> None:
        for row in rows:
            assert isinstance(row, Seen)
            assert self.texts.get(row.part, row.place) == row.asked
            if row.asked in self._seen:
                self._flags.append(Flag(row.part, row.place, row.number, "twice"))
            self._seen.add(row.asked)

    def finish(self, tell: Tell) -> Finding:
        tell(1, 1)
        return Finding("twice", "warn", f"{len(self._flags)} twice", tuple(self._flags))


def shout(spec: Thresholds) -> Callable[[str], str]:
    """Mend a text by putting it in capitals."""
    return str.upper


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"twice": Twice, "shout": shout}
    entries = {
        "twice": CheckEntry("Twice", "?", "stand:twice"),
        "shout": CheckEntry("Shout", "?", "stand:twice", repair="mend", mend="stand:shout"),
    }
    for name, entry in entries.items():
        monkeypatch.setitem(registry.CHECKS, name, entry)
    real = kit.spec.resolve  # type: ignore[attr-defined]

    def resolve(path: str) -> Any:
        return found[path.removeprefix("stand:")] if path.startswith("stand:") else real(path)

    monkeypatch.setattr("kit.gate.clean.step.resolve", resolve)


def _file(folder: Path, rows: list[Any], name: str = "rows.jsonl") -> kit.DataSpec:
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return kit.DataSpec(source=str(path))


ROWS = [
    {"id": 1, "text": "one", "label": "a", "extra": {"deep": ["x", None, 1.5]}},
    {"id": 2, "text": "two", "label": "b"},
    {"id": 3, "text": "one", "label": "a"},
    {"id": 4, "text": None, "label": "a"},
    {"id": 5, "text": "leaked", "label": "b"},
]


def _clean(data: kit.DataSpec, *steps: str, **fields: Any) -> kit.Result:
    return kit.clean_data(kit.CleanSpec(data=data, steps=steps, **fields))


def test_steps_are_taken_in_order_and_recorded(tmp_path: Path) -> None:
    data, test = _file(tmp_path, ROWS), _file(tmp_path, [{"text": "leaked", "label": "b"}], "test.jsonl")
    before = {Path(spec.source): Path(spec.source).read_bytes() for spec in (data, test)}
    result = _clean(data, "twice", "schema", "shout", test=test)
    assert {path: path.read_bytes() for path in before} == before
    told = [(step["step"], step["does"], step["rows_before"], step["rows_after"]) for step in result.facts["steps"]]
    assert told == [("twice", "drop", 5, 3), ("schema", "drop", 3, 2), ("shout", "mend", 2, 2)]
    assert result.facts["steps"][2]["texts_changed"] == 4  # texts and labels: a mending goes for what the task reads
    assert result.metrics == {"rows_before": 5.0, "rows_after": 2.0, "texts_changed": 4.0}
    cleaned = kit.DataSpec.from_dict(result.facts["data"])
    kept = [json.loads(line) for line in Path(cleaned.source).read_text(encoding="utf-8").splitlines()]
    assert kept == [
        {"id": 1, "text": "ONE", "label": "A", "extra": {"deep": ["x", None, 1.5]}},
        {"id": 2, "text": "TWO", "label": "B"},
    ]
    assert json.loads(json.dumps(result.facts)) == result.facts
    assert not list(Path(cleaned.source).parent.glob(".rows-*"))


def test_the_recipe_lies_beside_the_rows_and_hashes_can_be_counted_again(tmp_path: Path) -> None:
    result = _clean(_file(tmp_path, ROWS), "schema")
    data = kit.load_data(kit.DataSpec.from_dict(result.facts["data"]).source)
    recipe = data.recipe
    assert recipe is not None
    assert recipe == result.facts["recipe"]
    lines = Path(data.origin.source).read_text(encoding="utf-8").splitlines()
    canonical_text = "".join(
        json.dumps(dict(sorted(json.loads(line).items())), ensure_ascii=False) + "\n" for line in lines
    )
    assert recipe["hash_after"] == hashlib.sha256(canonical_text.encode()).hexdigest()
    assert Path(data.origin.source).name == f"{recipe['hash_after'][:16]}.jsonl"
    assert recipe["hash_before"] != recipe["hash_after"]
    assert kit.CleanSpec.from_dict(recipe["spec"]).steps == ("schema",)
    assert kit.load_data("finance-alerts").recipe is None


def test_the_same_recipe_replays(tmp_path: Path) -> None:
    first = _clean(_file(tmp_path, ROWS), "twice", "schema", "shout")
    again = kit.clean_data(kit.CleanSpec.from_dict(first.facts["recipe"]["spec"]))
    assert again.facts["recipe"] == first.facts["recipe"]
    assert again.facts["data"] == first.facts["data"]


def test_cleaning_what_is_clean_keeps_the_first_recipe(tmp_path: Path) -> None:
    first = _clean(_file(tmp_path, ROWS), "schema")
    cleaned = kit.DataSpec.from_dict(first.facts["data"])
    again = _clean(cleaned, "schema")
    assert again.facts["summary"] == "Nothing to repair: all 4 rows stay as they are."
    assert again.facts["recipe"]["hash_after"] == first.facts["recipe"]["hash_after"]
    assert kit.load_data(cleaned.source).recipe == first.facts["recipe"]
    other = kit.DataSpec.from_dict(again.facts["data"])
    assert kit.load_data(other.source).recipe == again.facts["recipe"]


def test_much_that_is_dropped_and_labels_without_rows_are_told(tmp_path: Path) -> None:
    rows = [{"text": f"{i}", "label": "a"} for i in range(3)]
    rows += [{"text": "1", "label": "b"}] * 4 + [{"text": "2", "label": "a"}] * 2
    result = _clean(_file(tmp_path, rows), "twice")
    assert result.facts["warnings"] == [
        "67% of the rows were dropped (6 of 9): look at the steps before you train.",
        "The label 'b' has no rows left; it had 4.",
    ]


def test_rows_that_cannot_be_read_are_never_lost_in_silence(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    data = _file(tmp_path, [*ROWS[:3], {}, ROWS[3]])
    result = clean(kit.CleanSpec(data=data, steps=("twice",)), report)
    assert result.metrics["rows_after"] == 3
    said = [event["text"] for event in report.events if event["kind"] == "message"]
    assert any("could not be read at all" in text for text in said)
    assert any("add the step schema" in text for text in said)
    assert not list(tmp_path.glob(".rows-*"))


def test_nothing_left_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="schema -1"):
        clean(kit.CleanSpec(data=_file(tmp_path, [{"text": None}]), steps=("schema",)), ListReport(tmp_path))


def test_a_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    report.stop = True
    with pytest.raises(Stopped):
        clean(kit.CleanSpec(data=_file(tmp_path, ROWS), steps=("schema",)), report)
    assert not (home() / "data").exists() or not list((home() / "data").iterdir())


def test_what_a_bundled_dataset_brings_along_is_kept() -> None:
    data = kit.load_data("finance-alerts")
    cleaned = kit.DataSpec.from_dict(_clean(data.spec, "schema").facts["data"])
    loaded = kit.load_data(cleaned.source, instruction=cleaned.instruction, labels=cleaned.labels)
    assert (loaded.hash, loaded.instruction) == (data.hash, data.instruction)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steps": ("schemer",)}, "Did you mean 'schema'"),
        ({"steps": ("balance",)}, "safe"),
        ({"rules": ("words>",)}, "words>="),
    ],
)
def test_specs_that_cannot_be_meant_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        kit.CleanSpec(**{"data": kit.DataSpec(source="a.jsonl"), **fields})


def test_the_safe_steps_are_those_that_there_are(tmp_path: Path) -> None:
    spec = kit.CleanSpec(data=kit.DataSpec(source="a.jsonl"))
    assert "schema" in spec.wanted
    assert "leaks" not in spec.wanted
    assert set(spec.wanted) <= set(registry.CHECKS)


def test_personal_data_is_mended_in_every_cell_but_the_labels() -> None:
    data = kit.DataSpec(source="a.jsonl")
    mender = Mender(lambda text: text.replace("Ann", "<NAME>"), data, everywhere=True)
    cells = {"text": "Ann", "label": "Ann", "by": ["Ann", {"who": "Ann B"}], "n": 3}
    assert mender(cells) == {"text": "<NAME>", "label": "Ann", "by": ["<NAME>", {"who": "<NAME> B"}], "n": 3}
    assert mender.changed == 3
    only = Mender(str.upper, data, everywhere=False)
    assert only({"text": "a", "label": "b", "by": "c"}) == {"text": "A", "label": "B", "by": "c"}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), _VALUES, max_size=4))
def test_any_row_can_be_written_and_read_again(cells: dict[str, Any]) -> None:
    read = json.loads(line_of(cells))
    assert json.loads(line_of(read)) == read
    assert canonical(dict(reversed(list(read.items())))) == canonical(read)


def test_a_failing_run_tells_why(tmp_path: Path) -> None:
    with pytest.raises((RunFailedError, ParameterError), match="no-such"):
        _clean(kit.DataSpec(source=str(tmp_path / "no-such.jsonl")), "schema")


def test_a_part_is_cleaned_and_nothing_of_the_rest(tmp_path: Path) -> None:
    rows = [{"id": i, "text": f"row {i // 2}", "label": "ab"[i // 2 % 2]} for i in range(40)]
    train, test = kit.load_data(_file(tmp_path, rows).source).split(0.25)
    result = _clean(train.spec, "twice", test=test.spec)
    texts = {*test.texts}
    kept = kit.load_data(result.facts["data"]["source"]).texts
    assert result.metrics["rows_before"] == 30
    assert sorted(kept) == sorted({*train.texts} - texts)
