"""The technician's panel as text: order, evidence, no look into the future, decisions that stay, apps for visitors."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from tinymachines import watch_of

import kit
from kit.errors import ParameterError
from kit.jobs import READ_ONLY, runs
from kit.verticals.manufacturing import decisions
from kit.verticals.manufacturing.watch import Machine, Watch, read_watch, write_watch
from kit.widgets.watching.desk import MachineDesk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    watch_of(tmp_path)
    return tmp_path


@pytest.fixture
def panel(folder: Path) -> kit.MachinePanel:
    return kit.MachinePanel(folder)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def order(panel: kit.MachinePanel) -> list[tuple[str, str]]:
    return [(row.machine.name, row.state) for row in panel.desk.rows()]


def test_the_most_urgent_machine_comes_first_and_is_shown(panel: kit.MachinePanel) -> None:
    assert order(panel)[:2] == [("M01", "alarm"), ("M03", "alarm")]
    assert order(panel)[-1] == ("M05", "standing")
    said = text(panel.html())
    assert "2 alarms" in said
    assert "If it fails, bearing is the likeliest cause (80 %)" in said
    assert "Suggested check: Listen to the bearing" in said
    assert "bearing tones 3.4 times usual (healthy: 0.6 to 1.5)" in said


def test_it_says_how_good_the_alarms_are_and_what_they_are_not(panel: kit.MachinePanel) -> None:
    said = text(panel.html())
    assert "On 24 machines that nothing was learnt from, 77 (61 to 90) % of 31 failures were foreseen" in said
    assert "3.2 (2.4 to 4.2) days ahead" in said
    assert "2 of the last 3 windows" in said
    assert "smollm2-135m-instruct, measured 2026-11-23 on machines." in said
    assert "not a safety device" in said


def test_the_drawing_has_a_text_alternative_with_its_facts(panel: kit.MachinePanel) -> None:
    panel.act("pick", "M02")
    [said] = re.findall(r'aria-label="(M02 until[^"]*)"', panel.html())
    assert "Alarm from day" in said
    assert re.search(r"Failed on day 29, 06:00: leak", said)
    assert "pressure bar:" in said


def spoilt(machine: Machine, hour: int) -> Machine:
    """Return a machine whose record after an hour is another one."""
    n = sum(at <= hour for at in machine.hours)
    late = len(machine.hours) - n

    def other(values: tuple, value: object) -> tuple:  # type: ignore[type-arg]
        return (*values[:n], *([value] * late))

    return dataclasses.replace(
        machine,
        risk=other(machine.risk, 0.99),
        holds=other(machine.holds, True),
        shares=other(machine.shares, (0.01, 0.0, 0.0, 0.0, 0.99, 0.0)),
        parts=other(machine.parts, 9),
        readings={name: other(values, 77.0) for name, values in machine.readings.items()},
        features={name: other(values, 9.0) for name, values in machine.features.items()},
        orders=(*(each for each in machine.orders if each[0] <= hour), (hour + 5, "later gossip")),
        failures=(*(each for each in machine.failures if each[0] <= hour), (hour + 7, "electrical")),
    )


@pytest.mark.parametrize("hour", [48, 300, 552, 696, 900, 984])
def test_nothing_on_the_page_knows_what_came_later(tmp_path: Path, hour: int) -> None:
    """Whatever happens after an hour, the page as of that hour is the same to the last character."""
    pages = []
    whole = watch_of(tmp_path)
    for machines in (whole.machines, tuple(spoilt(machine, hour) for machine in whole.machines)):
        write_watch(tmp_path, dataclasses.replace(whole, machines=machines))
        panel = kit.MachinePanel(tmp_path)
        panel.act("hour", str(panel.desk.hours.index(hour)))
        html = []
        for machine in whole.known_by(hour).machines:
            panel.act("pick", machine.name)
            html.append(panel.html())
        pages.append(html)
    assert pages[0] == pages[1]


def test_hindsight_is_told_apart_and_only_when_asked_for(panel: kit.MachinePanel) -> None:
    panel.act("pick", "M02")
    panel.act("hour", str(panel.desk.hours.index(540)))
    assert "tb-watch-later" not in panel.html()
    assert "failed:" not in panel.html()
    panel.act("later")
    html = panel.html()
    assert "tb-watch-later" in html
    assert "In hindsight: failed on day 29" in html
    panel.act("later")
    assert "In hindsight" not in panel.html()


def test_steps_walk_through_time_and_stop_at_its_ends(panel: kit.MachinePanel) -> None:
    desk = panel.desk
    newest = desk.hours[-1]
    assert desk.hour == newest
    panel.act("step", "-1")
    assert desk.hour == newest - 12
    panel.act("step", "5")
    assert desk.hour == newest
    panel.act("hour", "0")
    assert (desk.hour, desk.problem) == (desk.hours[0], None)
    panel.act("hour", "soon")
    assert desk.problem is not None
    assert "whole number" in desk.problem.message
    panel.act("newest")
    assert desk.hour == newest


def test_a_decision_is_kept_shown_and_taken_back(panel: kit.MachinePanel, folder: Path) -> None:
    panel.act("pick", "M03")
    panel.act("plan", note="tomorrow, early shift")
    assert ("M03", "planned") in order(panel)
    assert order(panel)[0] == ("M01", "alarm")  # what is decided is less urgent
    said = text(panel.html())
    assert "1 decided" in said
    assert "tomorrow, early shift" in said
    [kept] = decisions(folder).all()
    assert (kept.machine, kept.kind, kept.hour) == ("M03", "planned", panel.desk.hour)
    other = kit.MachinePanel(folder)  # somebody else's page
    assert "tomorrow, early shift" in other.html()
    panel.act("takeback", kept.id)
    assert ("M03", "alarm") in order(panel)
    other.refresh()
    assert "tomorrow, early shift" not in other.html()
    assert runs() == []


def test_a_decision_counts_from_the_hour_it_was_taken_at(panel: kit.MachinePanel) -> None:
    panel.act("pick", "M01")
    panel.act("acknowledge")
    assert ("M01", "acknowledged") in order(panel)
    panel.act("step", "-1")
    assert ("M01", "alarm") in order(panel)
    assert "Nothing was decided yet" in panel.html()


def test_what_was_planned_before_a_failure_is_over_with_it(panel: kit.MachinePanel) -> None:
    panel.act("pick", "M02")
    panel.act("hour", str(panel.desk.hours.index(660)))
    panel.act("plan")
    assert ("M02", "planned") in order(panel)
    panel.act("hour", str(panel.desk.hours.index(720)))
    assert ("M02", "planned") not in order(panel)


def test_a_note_that_is_too_long_is_refused_and_stays(panel: kit.MachinePanel) -> None:
    panel.act("plan", note="x" * 501)
    assert panel.desk.problem is not None
    assert "500 characters" in panel.desk.problem.message
    assert panel.desk.note == "x" * 501


def test_visitors_of_an_app_may_decide(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(READ_ONLY, "1")
    panel = kit.MachinePanel(folder)
    html = panel.html()
    assert not re.search(r'data-action="(plan|acknowledge|takeback)"[^>]*aria-disabled', html)
    panel.act("plan", note="seen")
    assert panel.desk.problem is None
    [kept] = decisions(folder).all()
    panel.act("takeback", kept.id)
    assert (panel.desk.problem, decisions(folder).all()) == (None, [])


def test_notes_are_shown_as_they_were_typed(panel: kit.MachinePanel) -> None:
    panel.act("plan", note="<script>alert(1)</script>")
    assert "<script>" not in panel.html()
    assert "&lt;script&gt;" in panel.html()


def test_it_is_empty_until_something_is_watched_and_fills_by_itself(tmp_path: Path) -> None:
    panel = kit.MachinePanel(tmp_path)
    assert "No machine is watched here yet" in panel.html()
    panel.act("plan")
    assert panel.desk.problem is not None
    watch_of(tmp_path)
    panel.refresh()
    assert "M01" in panel.html()


def test_rows_that_stand_alone_have_nothing_to_watch() -> None:
    assert "name no machine and no hour" in text("".join(_page_of(MachineDesk(None))))


def _page_of(desk: MachineDesk) -> list[str]:
    from kit.widgets.watching.page import machine_page

    return [str(piece) for piece in machine_page(desk).iter_chunks()]


def test_something_else_than_a_case_is_refused() -> None:
    with pytest.raises(ParameterError, match="source"):
        kit.MachinePanel(7)


def test_a_machine_that_is_not_there_is_named(panel: kit.MachinePanel) -> None:
    panel.act("pick", "M99")
    assert panel.desk.problem is not None
    assert "M99" in panel.desk.problem.message


def test_its_code_does_what_the_panel_does(panel: kit.MachinePanel, folder: Path) -> None:
    panel.act("pick", "M03")
    held: dict[str, object] = {}
    exec(panel.desk.code(), held)
    machine = held["machine"]
    assert isinstance(machine, Machine)
    assert machine.name == "M03"
    assert [each.machine for each in decisions(folder).all()] == ["M03"]


def test_a_long_list_shows_the_urgent_ones_and_the_picked_one(tmp_path: Path) -> None:
    whole = watch_of(tmp_path)
    calm = whole.machines[3]
    many = Watch(
        **{
            **{field.name: getattr(whole, field.name) for field in dataclasses.fields(Watch)},
            "machines": (*whole.machines, *(dataclasses.replace(calm, name=f"N{place:02}") for place in range(20))),
        }
    )
    write_watch(tmp_path, many)
    assert read_watch(tmp_path / "watch.json") == many
    panel = kit.MachinePanel(tmp_path)
    assert panel.html().count('data-action="pick"') == 8
    panel.act("pick", "N19")
    assert panel.html().count('data-action="pick"') == 9
    panel.act("all")
    assert panel.html().count('data-action="pick"') == 26
