"""What is nearly the same and what is not, pair by pair."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kit.gate.alike.fields import fields_of, is_table, same_fields
from kit.gate.alike.likeness import Said, likeness
from kit.gate.alike.spelling import one_edit, opposed, relation
from kit.gate.alike.words import words_of

NEAR = [
    ("sensex ends flat as banks slip on profit booking", "sensex ends flat as bnaks slip on profit booking"),
    ("pump leaking", "pump laeking"),
    ("the valve was found open by the night shift again", "the valve was found open by night shift again"),
    ("power issue", "powerissue"),
    ("requires new bearing and seal", "requires new bearings and seal"),
    ("孩子发烧三天了一直不退应该怎么办才好", "孩子发烧三天了一直不退应该么怎办才好"),
    ("the gauge reads low after restart", "the gauge reads low low after restart"),
]
APART = [
    ("operator reports leak at pump 3", "operator reports leak at pump 4"),
    ("patient is allergic to penicillin", "patient is not allergic to penicillin"),
    ("what causes hepatitis a", "what causes hepatitis b"),
    ("what is type ii collagen", "what is type iv collagen"),
    ("treatment of hypothyroidism in adults", "treatment of hyperthyroidism in adults"),
    ("wipro shares rise on strong results", "wipro shares fall on strong results"),
    ("the motor stopped on monday", "the motor stopped on tuesday"),
    ("孩子发烧三天了", "孩子发烧五天了"),
    ("torn belt", "worn belt"),
]


def _said(text: str, known: int = 1) -> Said:
    (words,) = words_of([text]).strings()
    return Said(words, [2.0] * len(words), [known] * len(words))


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_slips_are_near(one: str, other: str) -> None:
    assert likeness(_said(one), _said(other)) >= 0.8
    assert likeness(_said(other), _said(one)) >= 0.8


@pytest.mark.parametrize(("one", "other"), APART)
def test_another_number_name_or_not_is_not_near(one: str, other: str) -> None:
    assert likeness(_said(one), _said(other)) < 0.8
    assert likeness(_said(other), _said(one)) < 0.8


def test_in_a_long_text_another_number_is_little() -> None:
    long = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200))
    assert likeness(_said(f"{long} 12"), _said(f"{long} 13")) > 0.8


def test_words_that_others_use_too_are_no_slips() -> None:
    assert likeness(_said("brown fox leaps"), _said("brown fix leaps")) < 0.8
    assert likeness(_said("plain water flows", 9), _said("plane water flows", 9)) < 0.8


@given(st.text("abc 1高", max_size=30))
@settings(deadline=None)
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(_said(text), _said(text)) == 1.0


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
@settings(deadline=None)
def test_one_edit_is_a_distance_of_one(one: str, other: str) -> None:
    assume(one != other)
    assert not one_edit(one, other) or _distance(one, other) == 1


def _distance(one: str, other: str) -> int:
    """Damerau and Levenshtein's distance (optimal string alignment), as textbooks have it."""
    rows = [[max(i, j) if not min(i, j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            change = rows[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change)
            if min(i, j) > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@pytest.mark.parametrize(
    ("one", "other", "known", "expected"),
    [
        ("recieve", "receive", True, "slip"),
        ("brokn", "broken", False, "slip"),
        ("leak", "leaking", True, "form"),
        ("increase", "increased", True, "form"),
        ("up", "down", True, "opposite"),
        ("possible", "impossible", False, "opposite"),
        ("canot", "cannot", False, "slip"),
        ("p101", "p102", False, "number"),
        ("july", "august", True, "number"),
        ("pump", "valve", True, "other"),
    ],
)
def test_words_are_related(one: str, other: str, known: bool, expected: str) -> None:
    assert relation(one, other, known=known) == relation(other, one, known=known) == expected


def test_opposites_stand_for_each_other() -> None:
    assert opposed(["shares", "rise", "today"], ["shares", "fall", "today"])
    assert not opposed(["rise", "and", "fall"], ["rise", "and", "fall", "again"])


def test_rows_of_tables_are_the_same_only_where_every_field_is() -> None:
    one, other, typo = (
        fields_of(f"age: {age}; housing: {housing}; purpose: new car, {kind}")
        for age, housing, kind in ((51, "own", "used"), (52, "own", "used"), (51, "own", "uesd"))
    )
    assert one == {"age": "51", "housing": "own", "purpose": "new car, used"}
    assert not same_fields(one, other)
    assert same_fields(one, typo)
    assert fields_of("He said: wait; and went.") is None
    assert is_table("a: 1\nb: 2\nc: 3")
