"""The case: made-up payments from the graph to decisions, files by path without an edit, and an app that only looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tinyvertical import price_rows, write

import kit
from kit.errors import ParameterError
from kit.verticals import finance
from kit.verticals.finance.opening import FinanceCase
from kit.verticals.finance.queue import read_queue

CORE = ("check", "baseline", "untuned", "tune", "tuned")
DOMAIN = ("transfers", "rules", "rings", "false_alarms", "costs", "explanations", "decisions")


def _case(model: Path | str, **given: Any) -> FinanceCase:
    return finance.case(model=str(model), quick=True, **given)


def test_from_payments_to_decisions(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = _case(tiny_model)
    panel = kit.TriagePanel(case)
    first = read_queue(case.folder)
    assert (first["by"], first["transfers"], first["measured"]) == ("rules", True, None)
    assert len(first["alerts"]) == case.study_facts["alerts"]["test"]
    assert "no model is tuned yet" in panel.html()

    shown = {name: getattr(case, name)() for name in (*CORE, *DOMAIN)}
    assert not [name for name, report in shown.items() if report.missing]
    assert all(report.sentence in repr(report) for report in shown.values())
    for name in ("rules", "false_alarms", "costs"):
        assert "<svg" in shown[name]._repr_html_()
        assert "<desc>" in shown[name]._repr_html_()

    queue = read_queue(case.folder)
    assert queue["by"] == "tuned"
    assert len(queue["alerts"]) == len(case.test)
    assert [alert["score"] for alert in queue["alerts"]] == sorted((a["score"] for a in queue["alerts"]), reverse=True)
    assert all(alert["score"] == pytest.approx(alert["shares"]["escalate"], abs=1e-4) for alert in queue["alerts"])
    assert sum(alert["written"] is not None for alert in queue["alerts"]) == 2
    facts = case.outcome.facts
    assert facts["alarms"]["recall"] == 0.8
    assert next(iter(facts["alarms"]["rates"])) == "monitoring points"
    assert list(facts["alarms"]["rates"])[-1] == "rules + tuned model"
    assert queue["threshold"] == facts["costs"]["threshold"]
    assert facts["explanations"]["of"] == 2

    panel.refresh()
    alert = queue["alerts"][0]
    panel.act("use", alert["key"])
    panel.act("override", next(label for label in queue["labels"] if label != alert["proposed"]))
    assert panel.desk.problem is None
    assert "1 decided, 1 overridden" in case.decisions().sentence
    (own,) = panel.rows()
    assert (own["text"], own["accepted"]) == (alert["text"], False)

    # Once more, and as an app: nothing starts, the same is shown, and deciding goes on.
    runs = {run.id for run in kit.runs()}
    again = _case(tiny_model)
    assert {name: repr(getattr(again, name)()) for name in DOMAIN[:5]} == {n: repr(shown[n]) for n in DOMAIN[:5]}
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    app = _case(tiny_model)
    assert {name: repr(getattr(app, name)()) for name in DOMAIN[:5]} == {n: repr(shown[n]) for n in DOMAIN[:5]}
    assert {run.id for run in kit.runs()} == runs
    visitors = kit.TriagePanel(app)
    visitors.act("use", queue["alerts"][1]["key"])
    visitors.act("accept")
    assert visitors.desk.problem is None
    assert len(panel.rows()) == 2


def test_an_app_before_anybody_ran_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    case = finance.case(quick=True)
    for name in DOMAIN[:-1]:
        assert "the owner runs this notebook once" in getattr(case, name)().sentence, name
    assert "No alerts yet" in kit.TriagePanel(case).html()
    assert kit.runs() == []


def table_rows(n: int) -> list[dict[str, Any]]:
    return [
        {"features": {"months": 6 + i % 40, "housing": ("own", "rent")[i % 2]}, "label": ("good", "bad")[i % 3 == 0]}
        for i in range(n)
    ]


@pytest.mark.parametrize("rows", [price_rows, table_rows], ids=["headlines", "credit"])
def test_rows_with_labels_by_path(rows: Any, tiny_model: Path, tmp_path: Path) -> None:
    train, test = write(tmp_path / "own_train.jsonl", rows(60)), write(tmp_path / "own_test.jsonl", rows(30))
    case = _case(tiny_model, train=train, test=test)
    assert (case.study, case.task, case.name) == (None, "classify", "own")
    for name in DOMAIN[:-1]:
        assert "needs transfers" in getattr(case, name)().sentence
    panel = kit.TriagePanel(case)
    assert "No alerts yet" in panel.html()
    case.baseline()
    panel.refresh()
    queue = read_queue(case.folder)
    assert (queue["by"], queue["transfers"], len(queue["alerts"])) == ("baseline", False, len(case.test))
    unsure = [max(alert["shares"].values()) for alert in queue["alerts"]]
    assert unsure == sorted(unsure)  # the least sure first
    panel.act("use", queue["alerts"][0]["key"])
    panel.act("accept")
    assert "1 decided, 0 overridden" in panel.html()
    assert "no neighbourhood to draw" in panel.html()


def test_transfers_have_no_file_to_test_with(tmp_path: Path) -> None:
    rows = [{"time": n, "sender": "a", "payee": "b", "amount": 1} for n in range(9)]
    path = write(tmp_path / "own.jsonl", rows)
    with pytest.raises(ParameterError, match="the last days of the transfers are held out"):
        finance.case(train=path, test=path)


@pytest.mark.parametrize(("name", "value"), [("recall", 0), ("recall", 1.2)])
def test_a_recall_out_of_range_is_refused(name: str, value: float, tmp_path: Path) -> None:
    case = finance.case(train=write(tmp_path / "own_train.jsonl", price_rows()), quick=True)
    with pytest.raises(ParameterError, match=f"{name}="):
        case.false_alarms(**{name: value})


def test_the_example_of_an_empty_app_can_be_read() -> None:
    path = Path(finance.__file__).parent / "example.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {row["label"] for row in rows} == {"release", "request", "escalate"}
