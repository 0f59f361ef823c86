"""The outcome of a vertical: what is added stays, what belongs to other rows goes, and the newest is found."""

from __future__ import annotations

import os
from pathlib import Path

from kit.verticals.outcome import newest_outcome, outcome_of, write


def test_what_is_written_adds_up() -> None:
    nothing = outcome_of("finance", "made")
    assert (nothing.values, nothing["tuned"], nothing.changed) == ({}, None, 0)
    write(nothing, {"baseline": {"value": 0.5}, "facts": {"a": 1}, "runs": {"tune": "x"}}, key="k")
    write(nothing, {"tuned": {"value": 0.7}, "facts": {"b": 2}}, key="k")
    found = outcome_of("finance", "made")
    assert (found["baseline"], found["tuned"]) == ({"value": 0.5}, {"value": 0.7})
    assert (found.facts, found["runs"]) == ({"a": 1, "b": 2}, {"tune": "x"})
    assert found.changed


def test_other_rows_begin_anew() -> None:
    write(outcome_of("finance", "made"), {"baseline": {"value": 0.5}, "facts": {"a": 1}}, key="k")
    write(outcome_of("finance", "made"), {"model": "m"}, key="other")
    found = outcome_of("finance", "made")
    assert (found["baseline"], found["model"], found.facts) == (None, "m", {})


def test_the_same_again_writes_nothing() -> None:
    write(outcome_of("finance", "made"), {"model": "m"}, key="k")
    before = outcome_of("finance", "made").path.stat().st_ino
    write(outcome_of("finance", "made"), {"model": "m"}, key="k")
    assert outcome_of("finance", "made").path.stat().st_ino == before


def test_whole_outcomes_go_before_quick_ones() -> None:
    assert newest_outcome("finance") is None
    for age, (name, quick) in enumerate([("look", True), ("new", False), ("old", False)]):
        path = write(outcome_of("finance", name, quick=quick), {"data": name}, key="k").path
        os.utime(path, (1e9 - age, 1e9 - age))
    named = {quick: newest_outcome("finance", quick=quick) for quick in (None, False, True)}
    assert {quick: found["data"] for quick, found in named.items() if found} == {
        None: "new",
        False: "new",
        True: "look",
    }


def test_a_broken_file_is_no_outcome(tmp_path: Path) -> None:
    path = write(outcome_of("finance", "made"), {"model": "m"}, key="k").path
    path.write_text("[", encoding="utf-8")
    assert outcome_of("finance", "made").values == {}
