"""How far a run is, in one line of a terminal: as much of it as the width has room for."""

from __future__ import annotations

import unicodedata

from kit.i18n import _
from kit.jobs.state import Status
from kit.words import duration, memory, number, remaining

_BARS = (30, 20, 12, 6)  # cells; few sizes, so that it does not breathe with every word beside it
_BOLD, _GREEN, _DIM, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[2m", "\x1b[0m"


def progress_line(status: Status, width: int, *, color: bool = False, signs: str = "━╸─") -> str:
    """Return phase, bar, how much is done, throughput, memory and time left.

    Parameters
    ----------
    status : Status
        Of work that is not over.
    width : int, cells
        Never exceeded; what is least worth knowing goes first.
    color : bool, default False
        Use the colours of the terminal.
    signs : str
        For what is done, for half a cell of it, and for the rest of the bar.
    """
    head = _head(status)
    for notes in _notes(status):
        text = " · ".join(notes)
        room = width - _cells(head) - _cells(text) - 2 * bool(text)
        if status.share is None and room >= 0:
            return _paint(head, _BOLD, color) + ("  " + text if text else "")
        if room > _BARS[-1]:
            bar = _bar(status.share or 0.0, next(cells for cells in _BARS if cells < room), signs, color)
            return f"{_paint(head, _BOLD, color)} {bar}  {text}".rstrip()
    return _clipped(head, width)


def throughput_words(status: Status) -> str:
    """Return how much is done a second, such as "1,940 tokens/s", or ""."""
    if status.throughput is None:
        return ""
    value, unit = status.throughput
    return f"{number(value)} {unit}"


def memory_words(status: Status) -> str:
    """Return memory now and at its peak, such as "1.2 GB (peak 2.3)", or ""."""
    if status.memory_mib is None:
        return ""
    now, most = memory(status.memory_mib), memory(status.memory_peak_mib or status.memory_mib)
    if now.split()[-1] == most.split()[-1]:
        most = most.split()[0]
    return _("{now} (peak {most})").format(now=now, most=most)


def count_words(status: Status) -> str:
    """Return how much is done, such as "148/300 steps", or "" where that says nothing."""
    if status.total:
        return f"{_amount(status.done)}/{_amount(status.total)} {status.unit}".strip()
    return f"{_amount(status.done)} {status.unit}" if status.done and status.unit else ""


def left_words(status: Status) -> str:
    """Return how long it still takes, or ""."""
    left = status.eta_s
    return "" if left is None else _("{time} left").format(time=remaining(left))


def _head(status: Status) -> str:
    if status.state == "queued":
        return " · ".join(word for word in (_("queued"), status.cause) if word)
    if status.state == "stopping":
        return _("stopping · {phase}").format(phase=status.phase) if status.phase else _("stopping")
    return status.phase or _("starting")


def _notes(status: Status) -> list[list[str]]:
    """Return what could stand behind the bar: all of it first, then less and less."""
    if status.state == "queued":
        return [[]]
    done, left, pace, held = count_words(status), left_words(status), throughput_words(status), memory_words(status)
    now = "" if status.memory_mib is None else memory(status.memory_mib)
    short = done.removesuffix(status.unit).strip() if status.total else done
    soon = "" if status.eta_s is None else remaining(status.eta_s)
    if status.share is None and status.elapsed_s is not None:  # a bar would show nothing: the time does
        left = soon = duration(status.elapsed_s)
    choices = [
        [done, pace, held, left],
        [short, pace, held, left],
        [short, pace, now, left],
        [short, pace, left],
        [short, left],
        [short, soon],
        [short],
        [],
    ]
    return [[note for note in choice if note] for choice in choices]


def _bar(share: float, cells: int, signs: str, color: bool) -> str:
    halves = round(share * cells * 2)
    done = signs[0] * (halves // 2) + signs[1] * (halves % 2)
    return _paint(done, _GREEN, color) + _paint(signs[2] * (cells - len(done)), _DIM, color)


def _amount(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else number(value)


def _paint(text: str, code: str, color: bool) -> str:
    return f"{code}{text}{_PLAIN}" if color and text else text


def _cells(text: str) -> int:
    """Return how many cells of a terminal `text` takes: signs of East Asia take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else not unicodedata.combining(sign) for sign in text)


def _clipped(text: str, width: int) -> str:
    while text and _cells(text) > width:
        text = text[:-2] + "…" if len(text) > 1 else ""
    return text
