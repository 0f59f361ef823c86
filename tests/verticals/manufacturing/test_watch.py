"""What technicians see is kept, read again, and cut off at an hour; decisions are only ever added."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from kit.errors import KitError, ParameterError
from kit.verticals.manufacturing import decisions, watched
from kit.verticals.manufacturing.evidence import advice, healthy_ranges, signs
from kit.verticals.manufacturing.modes import LABELS, MODES
from kit.verticals.manufacturing.planned import Decisions
from kit.verticals.manufacturing.watch import Machine, Watch, read_watch, write_watch


def machine(
    holds: list[bool], *, parts: list[int] | None = None, failures: tuple[tuple[int, str], ...] = ()
) -> Machine:
    n = len(holds)
    return Machine(
        name="M1",
        hours=tuple(range(0, 12 * n, 12)),
        risk=tuple(0.9 if on else 0.1 for on in holds),
        holds=tuple(holds),
        shares=tuple((0.1, 0.6, 0.1, 0.1, 0.05, 0.05) for _ in holds),
        parts=tuple(parts or [0] * n),
        readings={"vibration g": tuple(0.1 * place for place in range(n))},
        features={"vibration": (None,) * n},
        orders=((12, "squeals"), (36, "greased")),
        failures=failures,
    )


def watch(*machines: Machine) -> Watch:
    return Watch(
        data="machines", model="m", date="2026-01-01", labels=LABELS, horizon=96, threshold=0.5, k=2, n=3,
        machines=machines,
    )  # fmt: skip


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    whole = watch(machine([False, True, True, False]))
    assert read_watch(write_watch(tmp_path, whole)) == whole
    assert watched(tmp_path) == whole


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1}'])
def test_what_is_no_watch_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "watch.json").write_text(text)
    assert read_watch(tmp_path / "watch.json") is None
    with pytest.raises(KitError, match="under watch"):
        watched(tmp_path)


def test_nothing_later_is_known() -> None:
    whole = machine([False, True, True, True, False], failures=((50, "leak"),))
    known = whole.known_by(24)
    assert known.hours == (0, 12, 24)
    assert len(known.risk) == len(known.holds) == len(known.shares) == len(known.parts) == 3
    assert known.readings["vibration g"] == (0.0, 0.1, 0.2)
    assert (known.orders, known.failures) == (((12, "squeals"),), ())
    assert whole.known_by(50).failures == ((50, "leak"),)


def test_an_alarm_is_on_until_it_is_quiet_renewed_or_failed() -> None:
    calm = [False] * 8
    whole = machine([False, True, True, *calm])
    assert whole.known_by(12).alarm_at(12) == (12, 12)
    assert whole.known_by(72).alarm_at(72) == (12, 24)
    assert whole.known_by(84).alarm_at(84) is None
    renewed = machine([True, True, False], parts=[0, 0, 1])
    assert renewed.alarm_at(24) is None
    failed = machine([True, True, False], failures=((20, "leak"),))
    assert failed.alarm_at(24) is None


def test_the_likeliest_failure_is_told_given_that_it_fails() -> None:
    whole = watch(machine([True]))
    name, share = whole.mode(whole.machines[0])
    assert (name, share) == (LABELS[1], pytest.approx(0.6 / 0.9))


def test_decisions_are_added_and_taken_back_and_nothing_is_lost(tmp_path: Path) -> None:
    kept = decisions(tmp_path)
    first = kept.add("M1", 24, "planned", "  tomorrow,\n early shift ")
    second = kept.add("M2", 36, "acknowledged")
    assert [each.note for each in kept.all()] == ["tomorrow, early shift", ""]
    kept.take_back(first.id)
    assert kept.all() == [second]
    lines = (tmp_path / "decisions.jsonl").read_text().splitlines()
    assert [json.loads(line).get("taken_back") for line in lines] == [None, None, first.id]
    with pytest.raises(KitError, match="not there any more"):
        kept.take_back(first.id)


def test_decisions_of_a_machine_and_a_time(tmp_path: Path) -> None:
    kept = decisions(tmp_path)
    for machine_name, hour in (("M1", 10), ("M1", 30), ("M2", 30)):
        kept.add(machine_name, hour, "acknowledged")
    assert [each.hour for each in kept.of("M1", 20, 40)] == [30]


@pytest.mark.parametrize(("kind", "note"), [("repaired", ""), ("planned", "x" * 501)])
def test_what_is_no_decision_is_refused(tmp_path: Path, kind: str, note: str) -> None:
    with pytest.raises(ParameterError):
        decisions(tmp_path).add("M1", 0, kind, note)
    assert decisions(tmp_path).all() == []


def test_half_a_line_is_passed_over(tmp_path: Path) -> None:
    kept = Decisions(tmp_path)
    made = kept.add("M1", 0, "planned")
    with kept.path.open("a") as file:
        file.write('{"id": "half')
    assert kept.all() == [made]


def test_many_may_write_at_once(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for hour in range(25):
            Decisions(tmp_path).add(name, hour, "acknowledged", "n" * 400)

    threads = [threading.Thread(target=write, args=(f"M{place}",)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Decisions(tmp_path).all()) == 8 * 25


def test_signs_are_what_healthy_machines_do_not_have() -> None:
    rows = [{"vibration": 1 + 0.01 * (place - 50), "temperature": 0.0, "load": "light"} for place in range(101)]
    healthy = healthy_ranges(rows)
    assert healthy["vibration"] == pytest.approx([0.55, 1.45], abs=0.01)
    assert "load" not in healthy
    features = {"vibration": 3.0, "temperature": 5.0, "load": "heavy", "pressure": -2.0, "crest": None}
    found = signs(features, {**healthy, "pressure": [-1.0, 1.0], "crest": [0, 1]}, "imbalance")
    assert [sign.name for sign in found] == ["vibration", "temperature", "pressure"]
    assert found[0].typical
    assert "3 times usual" in found[0].words
    assert "healthy: 0.55 to 1.4" in found[0].words


def test_each_failure_has_a_check_and_an_unknown_one_has_none() -> None:
    assert all(len(advice(mode)) > 30 for mode in MODES)
    assert advice("Plugged / choked") == ""
