"""Rows of somebody's own as machines over time."""

from __future__ import annotations

import pytest

from kit.errors import DataError
from kit.verticals.manufacturing.bundle import Bundle
from kit.verticals.manufacturing.tracks import tracks_of


def row(machine: str, hour: object, fails_in: object = None, **more: object) -> dict[str, object]:
    return {"machine": machine, "hour": hour, "fails_in": fails_in, **more}


def test_rows_in_any_order_become_machines_in_the_order_of_time() -> None:
    rows = [row("B", 24, 36), row("A", "0"), row("B", 0, 60), row("A", 24.0), row("B", 48, 12), row("B", 96)]
    first, second = tracks_of(rows)
    assert (first.machine, first.hours.tolist(), first.failures) == ("A", [0, 24], ())
    assert second.hours.tolist() == [0, 24, 48, 96]
    assert second.rows.tolist() == [2, 0, 4, 5]
    assert second.failures == ((60, 0),)
    assert second.parts.tolist() == [0, 0, 0, 1]  # renewed by the failure
    assert second.every == 24


def test_columns_may_be_called_otherwise() -> None:
    [found] = tracks_of([{"asset": 7, "t": 1, "rul": 5}], machine="asset", hour="t", fails_in="rul")
    assert (found.machine, found.failures) == ("7", ((6, 0),))


def test_an_hour_that_is_no_number_is_named() -> None:
    with pytest.raises(DataError, match="hour holds 'monday'"):
        tracks_of([row("A", "monday")])


def test_the_bundle_tells_its_failures(bundle: Bundle) -> None:
    tracks = tracks_of(bundle.windows)
    told = {(each.machine, at) for each in tracks for at, _parts in each.failures}
    known = {(row["machine"], row["hour"] + row["fails_in"]) for row in bundle.windows if row["fails_in"] is not None}
    assert told == known
    assert len(told) > 20
    for each in tracks:
        for at, parts in each.failures:
            assert each.parts[each.hours < at][-1] == parts
            after = each.parts[each.hours > at]
            assert not len(after) or after[0] > parts
