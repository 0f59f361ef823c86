"""Rows in groups."""

from __future__ import annotations

import numpy as np
import pytest

from kit.errors import UnknownNameError
from kit.measure.grouping import columns, groups
from kit.measure.record import Record


def _records(**columns: list[str]) -> list[Record]:
    n = len(next(iter(columns.values())))
    return [
        Record(row=i, hash=str(i), slices={name: values[i] for name, values in columns.items() if name != "text"},
               text=columns.get("text", [""] * n)[i])
        for i in range(n)
    ]  # fmt: skip


def test_rows_of_each_value() -> None:
    made = groups(_records(label=["good", "bad", "good", "so-so"]), ("label",))
    assert [(group.name, group.places.tolist()) for group in made] == [
        ("label=bad", [1]),
        ("label=good", [0, 2]),
        ("label=so-so", [3]),
    ]


def test_few_numbers_stand_for_themselves_in_their_order() -> None:
    made = groups(_records(year=["10", "9", "10", "11"]), ("year",))
    assert [group.value for group in made] == ["9", "10", "11"]


def test_lengths_in_words_are_in_their_order() -> None:
    made = groups(_records(length=["long", "short", "rather long", "rather short"]), ("length",))
    assert [group.value for group in made] == ["short", "rather short", "rather long", "long"]


def test_many_numbers_make_quarters() -> None:
    values = np.random.default_rng(0).permutation(100)
    made = groups(_records(amount=[str(x) for x in values]), ("amount",))
    assert [group.value for group in made] == ["up to 24", "24 to 49", "49 to 74", "above 74"]
    assert [group.n for group in made] == [25] * 4
    assert sorted(values[made[1].places].tolist()) == list(range(25, 50))
    assert sorted(place for group in made for place in group.places) == list(range(100))


def test_equal_numbers_stay_together() -> None:
    made = groups(_records(amount=[str(max(i, 60)) for i in range(100)]), ("amount",))
    assert [(group.value, group.n) for group in made] == [("up to 60", 61), ("60 to 74", 14), ("above 74", 25)]


def test_the_length_of_the_text_needs_no_column() -> None:
    texts = ["x" * n for n in range(1, 41)]
    assert columns(_records(label=["a"] * 40, text=texts)) == ["label", "length"]
    made = groups(_records(text=texts), ("length",))
    assert [group.value for group in made] == ["up to 10", "10 to 20", "20 to 30", "above 30"]
    own = groups(_records(text=texts, length=["wide", "narrow"] * 20), ("length",))
    assert [group.value for group in own] == ["narrow", "wide"]
    assert columns(_records(label=["a"])) == ["label"]


def test_without_a_name_all_that_make_two_groups() -> None:
    records = _records(label=["a", "b"] * 30, id=[str(i) + "x" for i in range(60)], all=["same"] * 60)
    assert {group.by for group in groups(records)} == {"label"}


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"by='subjct' is not known. Known: label.*slices=\('subjct',\)"):
        groups(_records(label=["a"]), ("subjct",))
    assert groups([]) == []
