"""Transfers by path: columns by their names, numbers in place of everybody, clear errors."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import DataError
from kit.verticals.finance.study.ledger import columns_of, read_world
from kit.verticals.finance.world import World


def rows(**more: Any) -> list[dict[str, Any]]:
    names = ("Maria Gonzalez", "DE89370400440532013000", "shop@example.org")
    return [
        {"time": f"2026-03-{day:02d}T10:00", "sender": names[day % 2], "payee": names[2 - day % 2], "amount": day * 10}
        | more
        for day in range(1, 9)
    ]


def world(some: list[dict[str, Any]]) -> World:
    columns = columns_of(some[0])
    assert columns is not None
    return read_world(some, columns)


def test_columns_are_known_by_their_usual_names() -> None:
    assert columns_of(["Timestamp", "from", "to", "Amount", "isFraud"]) == {
        "time": "Timestamp", "sender": "from", "payee": "to", "amount": "Amount", "label": "isFraud",
    }  # fmt: skip
    assert columns_of(["step", "nameOrig", "nameDest", "amount"]) is not None
    assert columns_of(["text", "label"]) is None
    assert columns_of(["features", "label", "amount"]) is None


def test_nobody_is_left_by_name() -> None:
    found = world(rows(device="Maria's phone", label="fraud"))
    assert "Maria" not in repr(found)
    assert "DE89" not in repr(found)
    assert "example" not in repr(found)
    assert {party[0] for party in found.parties} <= {"A", "X"}
    assert {transfer.device for transfer in found.transfers} == {"D-0001"}
    assert {transfer.label for transfer in found.transfers} == {"escalate"}
    assert (found.start, found.days) == ("2026-03-01", 8)


def test_rows_come_in_the_order_of_time_whatever_the_file_has() -> None:
    assert [t.amount for t in world(rows()[::-1]).transfers] == [day * 10 for day in range(1, 9)]
    hours = [{**row, "time": place * 24} for place, row in enumerate(rows())]
    assert [t.hour for t in world(hours).transfers] == [place * 24 for place in range(8)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time": "last Tuesday"}, "is no time"),
        ({"amount": "a lot"}, "is no number"),
        ({"label": "maybe"}, "is not known"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(change: dict[str, Any], said: str) -> None:
    some = rows(label="0")
    some[3] = {**some[3], **change}
    with pytest.raises(DataError, match=f"Transfer 4: .*{said}"):
        world(some)


def test_a_single_day_is_too_little() -> None:
    with pytest.raises(DataError, match="less than two days"):
        world(rows()[:1])
