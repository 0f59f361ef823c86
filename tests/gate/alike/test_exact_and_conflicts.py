"""Rows that are the same, and rows that contradict each other, against a dictionary of normalised texts."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from alikerows import found_by, pointed_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.gate.alike.conflicts import Conflicts
from kit.gate.alike.exact import ExactDuplicates

ROWS = st.lists(st.tuples(st.sampled_from(["one", "One ", "two", "ｔｗｏ", "t wo"]), st.sampled_from("ab")), max_size=9)
QUICK = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@given(ROWS, ROWS)
@QUICK
def test_every_row_but_the_first_is_pointed_at(
    tmp_path: Path, data: list[tuple[str, str]], test: list[tuple[str, str]]
) -> None:
    seen = {(_plain(text), label) for text, label in test}
    expected = []
    for number, (text, label) in enumerate(data, 1):
        if (_plain(text), label) in seen:
            expected.append(number)
        seen.add((_plain(text), label))
    assert pointed_at(found_by(ExactDuplicates, tmp_path, data, test)) == expected


@given(ROWS)
@QUICK
def test_all_rows_of_a_contradiction_are_pointed_at(tmp_path: Path, data: list[tuple[str, str]]) -> None:
    labels: dict[str, set[str]] = {}
    for text, label in data:
        labels.setdefault(_plain(text), set()).add(label)
    expected = [number for number, (text, _label) in enumerate(data, 1) if len(labels[_plain(text)]) > 1]
    assert pointed_at(found_by(Conflicts, tmp_path, data)) == expected


def test_a_copy_of_a_test_row_is_worse(tmp_path: Path) -> None:
    found = found_by(ExactDuplicates, tmp_path, ["one", "two", "two"], ["ONE"])
    assert (found.level, pointed_at(found)) == ("stop", [1, 3])
    assert found.flags[0].others == (("test", 1),)
    assert "case and blanks aside" in found.summary
    assert found_by(ExactDuplicates, tmp_path, ["one", "two"]).level == "ok"


def test_a_contradiction_names_the_other_answer(tmp_path: Path) -> None:
    found = found_by(Conflicts, tmp_path, [("same", "good"), ("other", "good"), ("Same", "bad")])
    assert found.level == "stop"
    assert found.flags[0].message == "Row 3 asks the same and is answered 'bad'."
    assert found.flags[1].others == (("data", 1),)
    rows = [(f"row {n}", "good") for n in range(400)]
    assert found_by(Conflicts, tmp_path, [*rows, ("row 1", "bad")]).level == "warn"
