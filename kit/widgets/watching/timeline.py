"""One machine over time as SVG: its risk against the threshold, its sensors below, alarms and failures across.

The axis of time spans the whole record from the start, so nothing moves when somebody steps through it; everything else
is drawn from what is known by the hour. What came later is drawn apart, and only where hindsight is asked for.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kit.i18n import _
from kit.verticals.manufacturing.watch import Machine, Watch
from kit.widgets.watching.words import how_long, percent, when

_RISK, _TRACE, _GAP, _FOOT, _TOP = 92, 40, 20, 22, 22
_NARROW, _MARGIN = 520, 48.0  # pixels: beyond the first, numbers stand beside their lines
_FIRST = ("vibration g", "bearing tones g", "temperature °C", "pressure bar", "harmonics %")
_MOST = 5
_FAR = 2.5  # windows without any: the machine stood


@dataclass(frozen=True)
class Frame:
    """Where things stand: the axis of time, in pixels."""

    left: float
    right: float
    first: int
    last: int
    narrow: bool

    def x(self, hour: float) -> float:
        """Return where an hour stands."""
        share = (hour - self.first) / max(self.last - self.first, 1)
        return self.left + share * (self.right - self.left)


def timeline(
    watch: Watch, machine: Machine, *, hour: int, span: tuple[int, int], width: int, later: Machine | None
) -> Markup:
    """Return the drawing of a machine.

    Parameters
    ----------
    watch : Watch
        Threshold and rule.
    machine : Machine
        As far as it is known.
    hour : int
        As of when.
    span : (int, int), hours
        First and last hour of the whole record.
    width : int, pixels
        Of the drawing.
    later : Machine or None
        Its whole record, where what came later is shown, too.
    """
    names = _traces(machine)
    narrow = width < _NARROW
    frame = Frame(4.0, width - (4.0 if narrow else _MARGIN), *span, narrow)
    height = _TOP + _RISK + len(names) * (_TRACE + _GAP) + _FOOT
    bottom = height - _FOOT
    parts = [_future(frame, hour, bottom), *_alarms(frame, machine, bottom)]
    parts += _risk(frame, watch, machine, later)
    for place, name in enumerate(names):
        top = _TOP + _RISK + _GAP + place * (_TRACE + _GAP)
        parts += _trace(frame, name, machine, top, later)
    parts += [*_events(frame, machine, bottom), *_later_events(frame, machine, later, hour, bottom)]
    parts += [_now(frame, hour, bottom), *_days(frame, bottom)]
    said = words_of(watch, machine, hour, later)
    return Markup(
        f'<svg class="tb-watch" role="img" aria-label="{_escaped(said)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )


def words_of(watch: Watch, machine: Machine, hour: int, later: Machine | None = None) -> str:
    """Return what the drawing shows, for who cannot see it."""
    text = _("{name} until {when}: risk {risk} at the last window, threshold {threshold}.")
    said = [
        text.format(
            name=machine.name, when=when(hour), risk=percent(machine.risk[-1]), threshold=percent(watch.threshold)
        )
    ]
    alarms = machine.alarms()
    said += [_("Alarm from {a} to {b}.").format(a=when(a), b=when(b)) for a, b in alarms] or [_("No alarm so far.")]
    said += [_("Failed on {when}: {mode}.").format(when=when(at), mode=mode) for at, mode in machine.failures]
    for name in _traces(machine):
        known = [value for value in machine.readings[name] if value is not None]
        said.append(
            _("{name}: {low} to {high}, now {now}.").format(
                name=name, low=f"{min(known):g}", high=f"{max(known):g}", now=_reading(machine, name)
            )
        )
    if later is not None:
        said.append(hindsight(later, hour))
    return " ".join(said)


def hindsight(later: Machine, hour: int) -> str:
    """Return how a machine went on after an hour."""
    after = [each for each in later.failures if each[0] > hour]
    told = [_("In hindsight: failed on {when}, {mode}.").format(when=when(at), mode=mode) for at, mode in after]
    return " ".join(told) or _("In hindsight: no failure until the end of the record.")


def _reading(machine: Machine, name: str) -> str:
    value = machine.readings[name][-1]
    return _("no reading") if value is None else f"{value:g}"


def _traces(machine: Machine) -> list[str]:
    there = [name for name, values in machine.readings.items() if any(value is not None for value in values)]
    first = [name for name in _FIRST if name in there]
    return (first or there)[:_MOST]


def _line(frame: Frame, hours: Sequence[int], ys: Sequence[float | None], kind: str) -> str:
    """Return a line with holes where nothing is known, or the machine stood."""
    far = _FAR * min((b - a for a, b in itertools.pairwise(hours)), default=0)
    drawn: list[str] = []
    before: int | None = None  # where the pen is down
    for at, y in zip(hours, ys, strict=True):
        if y is not None:
            meets = before is not None and at - before <= far
            drawn.append(f"{'L' if meets else 'M'}{frame.x(at):.1f} {y:.1f}")
        before = None if y is None else at
    return f'<path class="{kind}" d="{"".join(drawn)}"/>' if drawn else ""


def _heights(values: Sequence[float | None], low: float, high: float, top: float, tall: float) -> list[float | None]:
    spread = max(high - low, 1e-9)
    found: list[float | None] = []
    for value in values:
        found.append(None if value is None else top + tall - min(max((value - low) / spread, -0.2), 1.2) * tall)
    return found


def _risk(frame: Frame, watch: Watch, machine: Machine, later: Machine | None) -> list[str]:
    at = _TOP + _RISK * (1 - min(watch.threshold, 1.0))
    title = _("probability of a failure within {time}").format(time=how_long(watch.horizon))
    ys = _heights(machine.risk, 0, 1, _TOP, _RISK)
    parts = [
        _label(frame.left, _TOP - 9, title),
        _level(frame, "tb-watch-axis", _TOP + _RISK),
        _level(frame, "tb-watch-limit", at),
        _label(frame.left + 2, at - 4, _("threshold {n}").format(n=f"{watch.threshold:.2f}")),
    ]
    if later is not None:
        n = len(machine.hours) - 1
        parts.append(_line(frame, later.hours[n:], _heights(later.risk[n:], 0, 1, _TOP, _RISK), "tb-watch-later"))
    parts.append(_line(frame, machine.hours, ys, "tb-watch-risk"))
    return [*parts, _newest(frame, machine.hours[-1], ys[-1] or 0.0, f"{machine.risk[-1]:.2f}", _TOP - 9)]


def _trace(frame: Frame, name: str, machine: Machine, top: float, later: Machine | None) -> list[str]:
    values = machine.readings[name]
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    title = _("{name}, {low} to {high}").format(name=name, low=f"{low:g}", high=f"{high:g}")
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    ys = _heights(values, low, high, top, _TRACE)
    parts = [_label(frame.left, top - 5, title)]
    if later is not None and name in later.readings:
        n = len(machine.hours) - 1
        after = _heights(later.readings[name][n:], low, high, top, _TRACE)
        parts.append(_line(frame, later.hours[n:], after, "tb-watch-later"))
    parts.append(_line(frame, machine.hours, ys, "tb-watch-trace"))
    place = max(place for place, value in enumerate(values) if value is not None)
    return [*parts, _newest(frame, machine.hours[place], ys[place] or 0.0, f"{values[place]:g}", top - 5)]


def _newest(frame: Frame, hour: int, y: float, text: str, line: float) -> str:
    """Return the newest value: a dot with the number beside it, or in the line above where there is no room."""
    x = frame.x(hour)
    dot = f'<circle class="tb-watch-dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'
    if frame.narrow:
        return dot + _label(frame.right, line, text, end=True, strong=True)
    return dot + _label(x + 6, y + 4, text, strong=True)


def _level(frame: Frame, kind: str, y: float) -> str:
    return f'<line class="{kind}" x1="{frame.left}" x2="{frame.right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _alarms(frame: Frame, machine: Machine, bottom: float) -> list[str]:
    parts = []
    for begin, end in machine.alarms():
        x, wide = frame.x(begin), max(frame.x(end) - frame.x(begin), 2)
        title = _("alarm from {a} to {b}").format(a=when(begin), b=when(end))
        parts.append(
            f'<rect class="tb-watch-alarm" x="{x:.1f}" y="{_TOP}" width="{wide:.1f}" height="{bottom - _TOP}">'
            f"<title>{_escaped(title)}</title></rect>"
        )
        parts.append(f'<path class="tb-watch-mark" d="M{x - 4:.1f} {_TOP - 1}h8l-4 7z"/>')
    return parts


def _events(frame: Frame, machine: Machine, bottom: float) -> list[str]:
    """Return failures, and where parts were renewed."""
    parts = [_event(frame, at, mode, bottom, "tb-watch-failed") for at, mode in machine.failures]
    pairs = zip(machine.hours, machine.parts, machine.parts[1:], strict=False)
    for place, (_at, before, after) in enumerate(pairs):
        if after != before:
            x = frame.x(machine.hours[place + 1])
            parts.append(f'<line class="tb-watch-new" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>')
    return parts


def _later_events(frame: Frame, machine: Machine, later: Machine | None, hour: int, bottom: float) -> list[str]:
    if later is None:
        return []
    return [_event(frame, at, mode, bottom, "tb-watch-fails") for at, mode in later.failures if at > hour]


def _event(frame: Frame, at: int, mode: str, bottom: float, kind: str) -> str:
    x = frame.x(at)
    end = x > (frame.left + frame.right) / 2
    word = _label(x + (-4 if end else 4), bottom - 3, _("failed: {mode}").format(mode=mode), end=end, strong=True)
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>{word}'


def _future(frame: Frame, hour: int, bottom: float) -> str:
    x = frame.x(hour)
    wide = max(frame.right - x, 0)
    return f'<rect class="tb-watch-future" x="{x:.1f}" y="{_TOP}" width="{wide:.1f}" height="{bottom - _TOP}"/>'


def _now(frame: Frame, hour: int, bottom: float) -> str:
    x = frame.x(hour)
    return f'<line class="tb-watch-now" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{bottom}"/>'


def _days(frame: Frame, bottom: float) -> list[str]:
    """Return the axis of time: a number each week, or as many as have room."""
    first, last = frame.first // 24 + 1, frame.last // 24 + 1
    room = max(int((frame.right - frame.left) / 60), 2)
    step = next(each for each in (1, 2, 7, 14, 28, 56, 112, 365, 10**6) if (last - first) / each <= room)
    parts = [_level(frame, "tb-watch-axis", bottom)]
    for day in range(math.ceil((first - 1) / step) * step + 1, last + 1, step):
        x = frame.x((day - 1) * 24)
        if frame.left <= x <= frame.right - 20:
            anchor = "middle" if x > 24 else "start"
            word = _("day {n}").format(n=day)
            at = f'x="{x:.1f}" y="{bottom + 15}" text-anchor="{anchor}"'
            parts.append(f'<text class="tb-watch-word" {at}>{word}</text>')
    return parts


def _label(x: float, y: float, text: str, *, end: bool = False, strong: bool = False) -> str:
    kind = "tb-watch-value" if strong else "tb-watch-word"
    anchor = ' text-anchor="end"' if end else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{anchor}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    return str(Markup.escape(text))
