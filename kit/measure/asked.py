"""Checks, before anything loads, of how rows are to be asked; shared by every spec that measures."""

from __future__ import annotations

from collections.abc import Sequence

from kit.data import Dataset, DataSpec, open_data
from kit.data.spec import WRITTEN
from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.measure.judge import JudgeSpec
from kit.measure.shots import check_shots, draw_shots


def check_asked(
    data: DataSpec | None,
    *,
    shots: int,
    shots_data: DataSpec | None,
    judge: JudgeSpec | None,
    slices: Sequence[str],
) -> None:
    """Raise unless the fields of a spec fit each other.

    Raises
    ------
    ParameterError
        Naming the field that does not.
    """
    check_shots(shots, shots_data, data)
    if judge is not None and (data is None or data.task not in WRITTEN):
        allowed = _("left out where no answers are written (tasks 'answer' and 'chat')")
        raise ParameterError("judge", judge, allowed=allowed)
    if slices and data is None:
        raise ParameterError("slices", slices, allowed=_("left out where there is no data"))
    if any(not column.strip() for column in slices) or len(set(slices)) < len(slices):
        raise ParameterError("slices", slices, allowed=_("a list that names each column once"))


def with_slices(data: DataSpec | None, slices: Sequence[str]) -> DataSpec | None:
    """Return `data` with the columns in `slices` kept with each row."""
    if data is None or not slices:
        return data
    return data.replace(columns=tuple(dict.fromkeys((*data.columns, *slices))))


def look_at_rows(
    data: DataSpec | None, slices: Sequence[str], *, shots: int, shots_data: DataSpec | None
) -> Dataset | None:
    """Return the rows, after making sure that they have the columns in `slices` and that examples can be drawn.

    Raises
    ------
    UnknownNameError, ParameterError, DataError
        As `open_data` and `draw_shots` do.
    """
    asked = with_slices(data, slices)
    if asked is None:
        return None
    try:
        rows = open_data(asked)
    except UnknownNameError as exc:
        if exc.parameter == "columns" and exc.value in slices:
            fix = _("Name columns of the data; of a DataFrame, those that load_data kept with columns=[…].")
            raise UnknownNameError("slices", exc.value, exc.known, fix=fix) from exc
        raise
    draw_shots(shots, shots_data, rows)
    return rows
