"""What stands behind a finding, drawn: lengths against the limit, and counts as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import htpy as h
from markupsafe import Markup

from kit.i18n import N_, _, ngettext
from kit.plots.words import count

_MOST = 10  # bars of one kind
_HEIGHT, _BASE, _TOP = 120, 98, 14
_WIDEST = 720
_MARGIN = 4
_CAPTIONS = {
    "labels": N_("Rows of each label"),
    "test": N_("Test rows of each label"),
    "fields": N_("Broken rows by field"),
    "languages": N_("Rows of each language"),
    "scripts": N_("Rows of each script"),
    "found": N_("Found, by kind"),
    "rows_with": N_("Rows with each kind"),
    "rules": N_("Rows that break each rule"),
    "sizes": N_("Groups by how many rows they have"),
    "damage": N_("Rows with each kind of damage"),
}


def drawing(check: str, numbers: Mapping[str, Any], width: int) -> h.Node:
    """Return a finding's numbers as drawings, or nothing where there is nothing to draw.

    Parameters
    ----------
    check : str
        Its name.
    numbers : mapping
        As the finding tells them: a histogram, or counts by name.
    width : int, pixels
        Of the card.
    """
    if check == "length":
        return lengths(numbers, width) if numbers.get("bars") else None
    drawn = [bars(_caption(name), value) for name, value in numbers.items() if _countable(value)]
    return h.div(".tb-bar-lists")[drawn] if drawn else None


def _caption(name: str) -> str:
    return _(_CAPTIONS[name]) if name in _CAPTIONS else name.replace("_", " ").capitalize()


def _countable(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(n, int) for n in value.values())


def bars(caption: str, counts: Mapping[str, int]) -> h.Element:
    """Return counts as bars with their numbers, the largest first."""
    pairs = sorted(counts.items(), key=lambda each: -each[1])
    most = max(n for _name, n in pairs) or 1
    more = len(pairs) - _MOST
    rest = sum(n for _name, n in pairs[_MOST:])
    told = ngettext("{n} more: {rows}", "{n} more together: {rows}", more).format(n=more, rows=count(rest))
    return h.figure(".tb-bar-list")[
        h.figcaption(".tb-tiny")[caption],
        h.dl[
            (
                [
                    h.dt[name or _("(none)")],
                    h.dd[h.span(".tb-bar", aria_hidden="true")[h.i(style=f"width: {n / most * 100:.1f}%")], count(n)],
                ]
                for name, n in pairs[:_MOST]
            )
        ],
        h.p(".tb-tiny")[told] if more > 0 else None,
    ]


def lengths(numbers: Mapping[str, Any], width: int) -> h.Element:
    """Return how many rows are how long, with the limit marked; what lies beyond it would be cut off."""
    wide = min(max(width - 2 * 22, 260), _WIDEST)
    step, heights, most = int(numbers["step"]), list(numbers["bars"]), int(numbers["max_length"])
    unit = _("tokens") if numbers.get("exact") else _("tokens, guessed from words")
    told = _("Half of the rows have at most {p50} {unit}, 9 of 10 at most {p90}; the longest has {longest}.").format(
        unit=unit, **{name: count(numbers[name]) for name in ("p50", "p90", "longest")}
    )
    around = int(numbers.get("around", 0))
    if around:
        told += " " + _("{n} of them are the instruction and the chat template.").format(n=count(around))
    return h.figure(".tb-lengths")[
        Markup(_histogram(heights, step, most, wide, told)),
        h.figcaption(".tb-small.tb-mute")[told],
    ]


def _histogram(heights: Sequence[int], step: int, most: int, wide: int, told: str) -> str:
    end = step * len(heights)
    near = most <= 1.6 * end  # a limit far to the right would press the bars together
    scale = (wide - 2 * _MARGIN) / (max(end, most * 1.04) if near else end)
    top = max(heights) or 1
    drawn = []
    for place, n in enumerate(heights):
        high = n / top * (_BASE - _TOP) if n else 0
        high = max(high, 1.5) if n else 0
        left, right = _MARGIN + place * step * scale, _MARGIN + (place + 1) * step * scale
        over = ' data-over=""' if place * step >= most else ""
        size = f'width="{max(right - left - 1, 1):.1f}" height="{high:.1f}"'
        drawn.append(f'<rect x="{left:.1f}" y="{_BASE - high:.1f}" {size}{over}/>')
    label = count(most)
    if near:
        at = _MARGIN + most * scale
        anchor = "end" if at > wide * 0.6 else "start"
        dx = -4 if anchor == "end" else 4
        drawn.append(f'<line class="tb-limit" x1="{at:.1f}" x2="{at:.1f}" y1="2" y2="{_BASE}"/>')
        drawn.append(
            f'<text class="tb-limit-word" x="{at + dx:.1f}" y="11" text-anchor="{anchor}">{_("limit")} {label}</text>'
        )
    ticks = _ticks(end, step, wide, scale)
    words = "".join(
        f'<text x="{_MARGIN + at * scale:.1f}" y="{_BASE + 14}" text-anchor="{anchor}">{count(at)}</text>'
        for at, anchor in ticks
    )
    axis = f'<line class="tb-axis" x1="{_MARGIN}" x2="{wide - _MARGIN}" y1="{_BASE}" y2="{_BASE}"/>'
    title = f'<text x="{wide - _MARGIN}" y="{_BASE + 14}" text-anchor="end">{_("tokens a row")}</text>'
    return (
        f'<svg class="tb-histogram" role="img" aria-label="{_escaped(told)}" viewBox="0 0 {wide} {_HEIGHT}" '
        f'width="{wide}" height="{_HEIGHT}">{"".join(drawn)}{axis}{words}{title}</svg>'
    )


def _ticks(end: int, step: int, wide: int, scale: float) -> list[tuple[int, str]]:
    """Return about five places on the axis, none so far right that it meets the axis' title."""
    apart = max(round(end / 5 / step), 1) * step
    places = [at for at in range(0, end + 1, apart) if _MARGIN + at * scale < wide - 110]
    return [(at, "start" if at == 0 else "middle") for at in places]


def _escaped(text: str) -> str:
    return str(Markup.escape(text))
