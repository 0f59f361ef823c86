"""The runner of the gate: every row is seen once, test rows first, and what was found is written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kit
from kit.errors import ParameterError, Stopped
from kit.gate import registry
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.gate import gate, problems_of
from kit.gate.registry import CheckEntry
from kit.report import ListReport

SEEN: list[tuple[str, int, int, str]] = []


class Watching(Check):
    """Keeps what it is fed, and points at rows that hold an x."""

    name = "watching"

    def feed(self, rows: list[Seen]) -> None:  # type: ignore[override]
        SEEN.extend((row.part, row.place, row.number, self.texts.get(row.part, row.place)) for row in rows)

    def finish(self, tell: Tell) -> Finding:
        flags = tuple(Flag(part, place, number, "an x") for part, place, number, text in SEEN if "x" in text)  # type: ignore[arg-type]
        return Finding("watching", "warn" if flags else "ok", "said", flags)


@pytest.fixture(autouse=True)
def _watching(monkeypatch: pytest.MonkeyPatch) -> None:
    SEEN.clear()
    monkeypatch.setitem(registry.CHECKS, "watching", CheckEntry("Watching", "?", f"{__name__}:Watching"))


def _file(folder: Path, name: str, texts: list[str | None]) -> kit.DataSpec:
    rows = [json.dumps({"text": text, "label": "ab"[place % 2]}) for place, text in enumerate(texts)]
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return kit.DataSpec(source=str(path))


def test_checks_see_test_rows_first_and_broken_ones_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.gate.gate.resolve", lambda path: Watching if path.endswith("Watching") else _real(path))
    data, test = _file(tmp_path, "data.jsonl", ["one", None, "two x"]), _file(tmp_path, "test.jsonl", ["three"])
    report = ListReport(tmp_path)
    result = gate(kit.GateSpec(data=data, test=test, checks=("schema", "watching")), report)
    assert SEEN == [("test", 0, 1, "three"), ("data", 0, 1, "one"), ("data", 1, 3, "two x")]
    assert result.metrics == {"rows": 3.0, "flagged_rows": 2.0}
    assert result.facts["verdict"] == "stop"
    found = {problem["number"]: problem for problem in problems_of(tmp_path / "problems.jsonl")}
    assert found[2]["problems"][0]["check"] == "schema"
    assert found[3] == {
        "part": "data",
        "number": 3,
        "place": 1,
        "problems": [{"check": "watching", "message": "an x", "others": [], "score": 0.0}],
    }
    told = [event["data"]["check"] for event in report.events if event["kind"] == "record"]
    assert told == ["schema", "watching"]


def test_a_stop_ends_it_between_rows(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    report.stop = True
    with pytest.raises(Stopped):
        gate(kit.GateSpec(data=_file(tmp_path, "data.jsonl", ["one", "two"])), report)


def test_findings_are_of_plain_values(tmp_path: Path) -> None:
    result = kit.check_data(kit.GateSpec(data=_file(tmp_path, "d.jsonl", ["one", "two", "three"]), checks=("usual",)))
    assert json.loads(json.dumps(result.facts)) == result.facts
    assert [finding["check"] for finding in result.facts["findings"]][:2] == ["schema", "encoding"]


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(ParameterError, match="near-duplicate"):
        kit.GateSpec(data=kit.DataSpec(source="a.jsonl"), checks=("duplicates",))


def test_leaks_need_test_data() -> None:
    with pytest.raises(ParameterError, match="test"):
        kit.GateSpec(data=kit.DataSpec(source="a.jsonl"), checks=("leaks",))


def _real(path: str) -> type[Check]:
    from kit.spec import resolve

    found: type[Check] = resolve(path)
    return found
