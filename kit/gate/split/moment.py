"""When a row was made: the values of a column as numbers that can be put in order.

Numbers are taken as they are: seconds or milliseconds since 1970, years, 20240531, a counter. Text is a date, or a date
with a time, in one of the common forms. A form that can be read in two ways (03/04/2024) is decided by the other rows
of the column, and refused where they do not tell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from kit.data.table import shown
from kit.errors import DataError
from kit.i18n import _

_CLOCK = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?\s*(?:Z|UTC)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})(?:[-/.](\d{{1,2}}))?{_CLOCK}")
_CHINESE = re.compile(rf"(\d{{4}})\s*年\s*(\d{{1,2}})\s*月(?:\s*(\d{{1,2}})\s*日)?{_CLOCK}")
_GERMAN = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_CLOCK}")
_SLASHED = re.compile(rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}){_CLOCK}")
_NAMED = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[ -]([A-Za-z]{{3,9}})\.?,?[ -](\d{{4}}){_CLOCK}")
_NAME_FIRST = re.compile(rf"([A-Za-z]{{3,9}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}){_CLOCK}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SINCE_1970 = 1e8  # from here on (1973), a number of seconds; a thousand times as many, of milliseconds
_UNITS_APART = 500

Numbered = Sequence[tuple[int, Any]]


def moments(values: Numbered, *, name: str, unit: str, column: str) -> list[float]:
    """Return a number for each value of a column; a later one is larger.

    Parameters
    ----------
    values : sequence of (int, value)
        The number of each row, and its cell.
    name, unit, column : str
        How messages call the source, what its numbers count, and the column.

    Raises
    ------
    DataError
        A value is missing, is no time, or can be read in two ways; with its row.
    """

    def refuse(number: int, problem: str, fix: str) -> DataError:
        words = _("{name}, {unit} {number}, field {column!r}: {problem}").format(
            name=name, unit=unit, number=number, column=column, problem=problem
        )
        return DataError(words, fix=fix, row=number, field=column)

    texts = []
    for number, value in values:
        text = _written(value)
        if not text:
            raise refuse(number, _("there is no time."), _("Fill it in, or leave the row out."))
        texts.append((number, text))
    if all(_NUMBER.fullmatch(text) for _number, text in texts):
        return _numbers(texts, refuse)
    day_first = _day_first(texts, refuse)
    found = []
    for number, text in texts:
        moment = _moment(text, day_first)
        if moment is None:
            problem = _("{value} is no date or time.").format(value=shown(text))
            raise refuse(number, problem, _("Write times as 2024-05-31 or 2024-05-31T14:30:00."))
        found.append(moment.timestamp())
    return found


Refuse = Callable[[int, str, str], DataError]


def _written(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value).strip()


def _numbers(texts: Sequence[tuple[int, str]], refuse: Refuse) -> list[float]:
    found = [float(text) for _number, text in texts]
    since = [(value, number) for value, (number, _text) in zip(found, texts, strict=True) if value >= _SINCE_1970]
    if since and max(since)[0] > _UNITS_APART * min(since)[0]:
        value, number = max(since)
        problem = _("{value} seems to count in another unit than {other}.").format(
            value=f"{value:.0f}", other=f"{min(since)[0]:.0f}"
        )
        raise refuse(number, problem, _("Give all times in seconds, or all in milliseconds."))
    return found


def _day_first(texts: Sequence[tuple[int, str]], refuse: Refuse) -> bool:
    """Return whether dates such as 03/04/2024 begin with the day, as the others of the column tell."""
    slashed = [(number, found) for number, text in texts if (found := _SLASHED.fullmatch(text))]
    days = [number for number, found in slashed if int(found[1]) > 12]
    months = [number for number, found in slashed if int(found[2]) > 12]
    fix = _("Write times as 2024-05-31.")
    if days and months:
        problem = _("the day comes first here, but last in another row ({other}).").format(other=months[0])
        raise refuse(days[0], problem, fix)
    if slashed and not days and not months and any(found[1] != found[2] for _number, found in slashed):
        number, found = next((number, found) for number, found in slashed if found[1] != found[2])
        problem = _("{value} can be read in two ways, and no other row tells which.").format(value=repr(found[0]))
        raise refuse(number, problem, fix)
    return bool(days)


def _moment(text: str, day_first: bool) -> datetime | None:
    try:
        return _read(text, day_first)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def _read(text: str, day_first: bool) -> datetime | None:
    for form in (_YEAR_FIRST, _CHINESE):
        if found := form.fullmatch(text):
            year, month, day, *clock = found.groups()
            return _made(year, month, day or "1", clock)
    if found := _GERMAN.fullmatch(text):
        day, month, year, *clock = found.groups()
        return _made(year, month, day, clock)
    if found := _SLASHED.fullmatch(text):
        first, second, year, *clock = found.groups()
        return _made(year, second, first, clock) if day_first else _made(year, first, second, clock)
    if found := _NAMED.fullmatch(text):
        day, word, year, *clock = found.groups()
        return _made(year, _month(word), day, clock)
    if found := _NAME_FIRST.fullmatch(text):
        word, day, year, *clock = found.groups()
        return _made(year, _month(word), day, clock)
    if _NUMBER.fullmatch(text) and len(text) == 4:
        return _made(text, "1", "1", [])
    try:
        return _aware(datetime.fromisoformat(text))  # with an offset, or in ISO's rarer forms
    except ValueError:
        return _aware(parsedate_to_datetime(text))


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1  # raises ValueError for what is none


def _made(year: str, month: str | int, day: str, clock: Sequence[str | None]) -> datetime:
    hour, minute, second, half = (*clock, None, None, None, None)[:4]
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + 12 * (half.lower() == "pm")
    return datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC)


def _aware(moment: datetime) -> datetime:
    """Return a moment with its offset; one without counts as UTC, as every other without does."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
