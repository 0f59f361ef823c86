"""Near duplicates in whole sets of rows: found, grouped, and not more than these."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from alikerows import found_by, pointed_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.gate.alike.groups import Groups
from kit.gate.alike.near import NearDuplicates

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _language(seed: int, size: int = 3000) -> tuple[random.Random, list[str]]:
    draw = random.Random(seed)
    return draw, ["".join(draw.choices(_LETTERS, k=draw.randrange(5, 10))) for _ in range(size)]


def _slip(row: list[str], draw: random.Random) -> list[str]:
    row = list(row)
    place = draw.randrange(len(row))
    word = row[place]
    at = draw.randrange(1, len(word) - 1)
    row[place] = word[:at] + "q" + word[at:]
    return row


@pytest.mark.parametrize("length", [2, 5, 12, 60, 300])
def test_rows_with_a_slip_are_found_at_any_length(tmp_path: Path, length: int) -> None:
    draw, words = _language(length)
    rows = [draw.sample(words, length) for _ in range(150)]
    copies = [_slip(row, draw) for row in rows[:50]]
    found = found_by(NearDuplicates, tmp_path, [" ".join(row) for row in rows + copies])
    assert pointed_at(found) == list(range(151, 201))
    assert [flag.others[0] for flag in found.flags] == [("data", number) for number in range(1, 51)]
    assert found.numbers["groups"] == 50


def test_brute_force_finds_no_other_pairs(tmp_path: Path) -> None:
    draw, words = _language(1, 400)
    rows = []
    for _ in range(60):
        row = draw.sample(words, 20)
        rows += [row, [draw.choice(words) if draw.random() < draw.choice((0.02, 0.3)) else word for word in row]]
    found = found_by(NearDuplicates, tmp_path, [" ".join(row) for row in rows])
    jaccard = {
        (i, j): len(set(rows[i]) & set(rows[j])) / len(set(rows[i]) | set(rows[j]))
        for i, j in combinations(range(len(rows)), 2)
    }
    flagged = {flag.number - 1 for flag in found.flags}
    assert {j for (_i, j), share in jaccard.items() if share > 0.95} <= flagged
    assert flagged <= {j for (_i, j), share in jaccard.items() if share > 0.7}


def test_templates_and_tables_are_not_merged(tmp_path: Path) -> None:
    draw = random.Random(0)
    things, places = ["leak", "smoke", "noise", "alarm", "vibration"], ["pump", "valve", "boiler", "conveyor"]
    logs = [f"Operator reports {a} at {b} {n} in hall two" for a in things for b in places for n in range(1, 9)]
    table = [
        f"age: {draw.randrange(20, 70)}; home: {draw.choice(['own', 'rent'])}; job: {draw.choice('abc')}; amount: {n}"
        for n in range(300)
    ]
    assert pointed_at(found_by(NearDuplicates, tmp_path, logs)) == []
    assert pointed_at(found_by(NearDuplicates, tmp_path, table)) == []
    slip = logs[7].replace("reports", "reprots")
    assert pointed_at(found_by(NearDuplicates, tmp_path, [*logs, slip, table[3], table[3].upper()])) == [161, 163]


def test_chinese_rows_with_two_characters_swapped_are_found(tmp_path: Path) -> None:
    draw = random.Random(3)
    characters = [chr(code) for code in range(0x4E2D, 0x4E2D + 900)]
    rows = ["".join(draw.sample(characters, draw.randrange(8, 60))) for _ in range(120)]
    swapped = [row[:3] + row[4] + row[3] + row[5:] for row in rows[:40]]
    assert pointed_at(found_by(NearDuplicates, tmp_path, rows + swapped)) == list(range(121, 161))


def test_a_row_is_told_with_one_that_it_is_really_like(tmp_path: Path) -> None:
    groups = Groups(6)
    for one, other, score in ((2, 5, 0.9), (0, 5, 0.95), (0, 3, 0.8), (1, 3, 0.85)):
        groups.join(one, other, score)
    assert [groups.nearest(position) for position in (2, 5, 3, 1)] == [(5, 0.9), (0, 0.95), (1, 0.85), (3, 0.85)]
    assert groups.roots().tolist() == [0, 0, 0, 0, 4, 0]


def test_test_rows_stay_and_other_answers_are_told(tmp_path: Path) -> None:
    found = found_by(NearDuplicates, tmp_path, [("the pump is leaknig", "b"), "fine"], ["the pump is leaking"])
    assert (found.level, pointed_at(found)) == ("stop", [1])
    assert found.flags[0].others == (("test", 1),)
    assert found.flags[0].message.endswith("but answered otherwise.")


@given(st.permutations(range(12)))
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_does_not_change_groups(tmp_path: Path, order: list[int]) -> None:
    draw, words = _language(7)
    rows = [draw.sample(words, 8) for _ in range(8)]
    rows += [_slip(rows[0], draw), _slip(rows[0], draw), _slip(rows[1], draw), rows[2]]
    found = found_by(NearDuplicates, tmp_path, [" ".join(rows[place]) for place in order])
    groups: dict[int, set[int]] = {}
    for flag in found.flags:
        first = flag.others[0][1] - 1
        groups.setdefault(first, {order[first]}).add(order[flag.number - 1])
    assert sorted(map(sorted, groups.values())) == [[0, 8, 9], [1, 10], [2, 11]]


@given(st.lists(st.sampled_from(["", "!", "a", "a b", "a  B!", "高血压", "3", "3 4"]), min_size=1, max_size=8))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exact_duplicates_are_always_near_duplicates(tmp_path: Path, rows: list[str]) -> None:
    found = set(pointed_at(found_by(NearDuplicates, tmp_path, rows)))
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        plain = " ".join(row.casefold().split())
        assert plain not in seen or number in found
        seen.add(plain)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
@settings(deadline=None)
def test_groups_are_what_pairs_connect(pairs: list[tuple[int, int]]) -> None:
    groups = Groups(10)
    reach = np.eye(10, dtype=bool)
    for one, other in pairs:
        groups.join(one, other)
        reach[one, other] = reach[other, one] = True
    for _ in range(4):
        reach = reach @ reach
    assert groups.roots().tolist() == [int(row.argmax()) for row in reach]
