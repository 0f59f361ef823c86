"""The case: files by path without an edit, and somebody's own machines from rows to what a technician sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tinyvertical import write

import kit
from kit.verticals import manufacturing
from kit.verticals.manufacturing.bundle import Bundle, Size, make_bundle
from kit.verticals.manufacturing.scored import healthy_label

DOMAIN = ("readings", "alarms", "lead_times", "avoided", "sensitivity", "orders")
PERSON, MAIL = "Maria Gonzalez", "maria.gonzalez@example.org"


def text_rows(n: int) -> list[dict[str, Any]]:
    return [{"text": f"pump {i} leaks oil at seal {i % 7}", "label": ("Leaking", "Breakdown")[i % 2]} for i in range(n)]


def table_rows(n: int) -> list[dict[str, Any]]:
    return [
        {"features": {"torque_nm": 30 + i % 9, "tool_wear_min": 3 * i}, "label": ("normal", "failure")[i % 3 == 0]}
        for i in range(n)
    ]


@pytest.mark.parametrize("rows", [text_rows, table_rows], ids=["work orders", "table"])
def test_rows_that_stand_alone_say_what_they_lack(rows: Any, tmp_path: Path) -> None:
    train, test = write(tmp_path / "own_train.jsonl", rows(40)), write(tmp_path / "own_test.jsonl", rows(12))
    case = manufacturing.case(train, test, quick=True, model="m")
    assert (case.task, case.windows, case.watch_folder) == ("classify", "", None)
    for step in DOMAIN:
        shown = getattr(case, step)()
        assert "needs machines over time" in shown.sentence
    assert "name no machine and no hour" in kit.MachinePanel(case).html()
    assert kit.runs() == []


def test_the_made_up_fleet_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = manufacturing.case(quick=True, model="m")
    made = Path(first.windows).stat().st_mtime_ns
    with monkeypatch.context() as patched:
        patched.setattr("kit.verticals.manufacturing.bundle.make_bundle", None)
        again = manufacturing.case(quick=True, model="m")
    assert (again.windows, Path(again.windows).stat().st_mtime_ns) == (first.windows, made)
    assert again.key == first.key


def test_the_rows_of_the_fleet_are_divided_by_machine(bundle: Bundle) -> None:
    known = {row["machine"] for row in bundle.windows}
    train, test = ({row["machine"] for row in part} for part in (bundle.train, bundle.test))
    assert train | test <= known
    assert not train & test
    assert len({row["id"] for row in bundle.windows}) == len(bundle.windows)


def test_an_app_without_results_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    case = manufacturing.case(quick=True, model="m")
    for step in DOMAIN:
        assert "the owner runs this notebook once" in getattr(case, step)().sentence
    assert "No machine is watched here yet" in kit.MachinePanel(case).html()
    assert kit.runs() == []


@pytest.mark.parametrize(
    ("labels", "wanted"), [(("failure", "normal"), "normal"), (("healthy", "leak"), "healthy"), (("A", "None"), "None")]
)
def test_the_label_of_no_failure_is_known_by_its_name(labels: tuple[str, ...], wanted: str) -> None:
    assert healthy_label(labels) == wanted


def test_few_labels_are_the_same_for_both(tiny_model: Path, tmp_path: Path) -> None:
    train, test = write(tmp_path / "own_train.jsonl", text_rows(60)), write(tmp_path / "own_test.jsonl", text_rows(20))
    case = manufacturing.case(train, test, model=str(tiny_model), minutes=1)
    shown = case.few(16)
    assert "From 16 labelled rows" in shown.sentence
    assert case.outcome.facts["few"]["rows"] == 16
    specs = [run.spec for run in kit.runs(kind=("tune", "baseline"))]
    assert len({spec.data for spec in specs}) == 1  # type: ignore[attr-defined]
    started = {run.id for run in kit.runs()}
    assert repr(case.few(16)) == repr(shown)
    assert {run.id for run in kit.runs()} == started


@pytest.mark.parametrize(
    ("gap", "words"), [([0.0, -0.15, 0.15], "No evidence"), ([0.2, 0.05, 0.4], "foresees more failures than trees")]
)
def test_the_verdict_is_told_of_alarms_and_of_work_orders_too(gap: list[float], words: str) -> None:
    case = manufacturing.case(quick=True, model="m")
    assert case.verdict_notes() == ()
    method = {"failures": 27, "late": 1, "missed": 2}
    case.keep(
        alarms={"model": method, "trees": {**method, "missed": 3}},
        gap={"foreseen": gap},
        orders={"difference": 0.01, "low": -0.03, "high": 0.05, "rows": 320},
    )
    alarms, orders = case.verdict_notes()
    assert "Of 27 failures the model's alarms foresee 24, those of Gradient boosting 23." in alarms
    assert words in alarms
    assert orders.startswith("No evidence that the tuned model makes use of the work orders (-3.0 to +5.0)")


def own_rows(tmp_path: Path) -> tuple[Path, Path]:
    """Return machines over time as somebody else would give them: other columns, a CSV-like row, a person's name."""
    made = make_bundle(Size(machines=12, days=26), seed=5)
    machines = sorted({row["machine"] for row in made.windows})
    rows = []
    for row in made.windows:
        features = {**row["features"], "order": f"{row['features']['order']} ask {PERSON}, {MAIL}"}
        rows.append(
            {
                "asset": row["machine"],
                "t": row["hour"],
                "left": row["fails_in"],
                "state": features,
                "label": row["label"],
            }
        )
    train = [row for row in rows if row["asset"] in machines[4:]]
    test = [row for row in rows if row["asset"] in machines[:4]]
    return write(tmp_path / "given" / "press_train.jsonl", train), write(tmp_path / "given" / "press_test.jsonl", test)


def test_own_machines_from_rows_to_what_a_technician_sees(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    train, test = own_rows(tmp_path)
    case = manufacturing.case(
        train, test, text="state", machine="asset", hour="t", fails_in="left", model=str(tiny_model), quick=True
    )
    panel = kit.MachinePanel(case)
    assert "No machine is watched here yet" in panel.html()
    case.tune()
    case.tuned()
    alarms = case.alarms()
    assert not alarms.missing
    assert alarms.table[0][1:] == ("Tuned model", "Gradient boosting")
    assert f"Of {case.outcome.facts['alarms']['model']['failures']} failures" in " ".join(case.verdict_notes())
    sides = [{row["asset"] for row in case.cells(part)} for part in ("fit", "validation", "test")]
    assert not sides[0] & sides[1]
    assert not sides[2] & (sides[0] | sides[1])

    folder = case.watch_folder
    assert folder is not None
    watch = manufacturing.watched(folder)
    assert {machine.name for machine in watch.machines} == set(sorted(sides[2])[:2])  # a quick look watches two
    rows = [json.loads(line) for line in test.read_text().splitlines()]
    for machine in watch.machines:  # every window, not a sample
        assert machine.hours == tuple(sorted(row["t"] for row in rows if row["asset"] == machine.name))
    panel.refresh()
    assert watch.machines[0].name in panel.html()
    for text in (panel.html(), (folder / "watch.json").read_text(), repr(alarms)):
        assert PERSON not in text
        assert MAIL not in text

    facts = case.outcome.facts
    assert facts["alarms"]["model"]["machines"] == 2
    assert "Hours avoided" in repr(case.avoided(hour_cost=900))
    assert case.outcome.facts["avoided"]["trees"]["money_per_machine_year"]
    started = {run.id for run in kit.runs()}
    assert repr(case.alarms()) == repr(alarms)
    assert {run.id for run in kit.runs()} == started
