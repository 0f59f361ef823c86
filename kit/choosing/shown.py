"""A recommendation as text for a terminal and as a table for a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.choosing.choice import Choice
from kit.choosing.shared import Shared, own_doubts, shared_doubts
from kit.i18n import _
from kit.machine.facts import MIB
from kit.words import count, duration, memory, number

if TYPE_CHECKING:
    from kit.choosing.recommendation import Recommendation

MOST = 10  # choices that are shown; the rest are counted


def as_text(found: Recommendation, most: int = MOST) -> str:
    """Return the first choices as a table, the reasons below it, and what came of the rest."""
    shown = found.choices[:most]
    shared = shared_doubts(shown)
    lines = [found.summary]
    if shown:
        lines += ["", *_columns([_heads(), *map(_cells, shown)]), ""]
        lines += [*(_said(choice, shared) for choice in shown), *([""] if shared else []), *map(str, shared)]
    if len(found) > len(shown):
        lines.append(_("And {n} more.").format(n=count(len(found) - len(shown))))
    return "\n".join([*lines, *found.lacks])


def as_html(found: Recommendation, most: int = MOST) -> str:
    """Return the same for a notebook, everything that was left out folded behind it."""
    shown = found.choices[:most]
    shared = shared_doubts(shown)
    parts = [f"<p>{html.escape(found.summary)}</p>"]
    if shown:
        head = "".join(f"<th{_ALIGN}>{html.escape(each)}</th>" for each in (*_heads(), _("Why"), _("Not sure")))
        rows = "".join(_row(choice, shared) for choice in shown)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
        parts += [f"<p>{html.escape(str(each))}</p>" for each in shared]
    if len(found) > len(shown):
        parts.append(f"<p>{html.escape(_('And {n} more.').format(n=count(len(found) - len(shown))))}</p>")
    parts += [f"<p>{html.escape(lack)}</p>" for lack in found.lacks]
    if found.left_out:
        items = "".join(
            f"<li><b>{html.escape(each.title)}</b>: {html.escape(each.reason)}</li>" for each in found.left_out
        )
        told = html.escape(_("Left out: {n}").format(n=count(len(found.left_out))))
        parts.append(f"<details><summary>{told}</summary><ul>{items}</ul></details>")
    return "".join(parts)


_ALIGN = ' style="text-align:left;vertical-align:top"'


def _row(choice: Choice, shared: Sequence[Shared]) -> str:
    doubts = "".join(f"<li>{html.escape(each)}</li>" for each in own_doubts(choice, shared))
    cells = [html.escape(cell) for cell in _cells(choice)]
    cells += [html.escape(choice.reason), f'<ul style="margin:0;padding-left:1.2em">{doubts}</ul>' if doubts else ""]
    return "<tr>" + "".join(f"<td{_ALIGN}>{cell}</td>" for cell in cells) + "</tr>"


def _heads() -> tuple[str, ...]:
    return ("#", _("Model"), _("Method"), _("Quality"), _("Memory"), _("Speed"), _("First token"))


def _cells(choice: Choice) -> tuple[str, ...]:
    tight = _(" (tight)") if choice.fit.state == "tight" else ""
    return (
        str(choice.rank),
        choice.card.title,
        choice.method,
        _quality(choice),
        memory(choice.memory_bytes / MIB) + tight,
        _rate(choice),
        "–" if choice.ttft_s is None else duration(choice.ttft_s),
    )


def _quality(choice: Choice) -> str:
    found = choice.evidence
    if found.kind == "guess" or found.value is None:
        return _("guess")
    value = f"{found.metric} {number(found.value)}"
    told = {"this task": _("{value}, other data"), "published": _("{value}, published")}
    return told.get(found.kind, "{value}").format(value=value)


def _rate(choice: Choice) -> str:
    if not choice.tpot_s:
        return "–"
    told = _("{n} tokens/s").format(n=number(1 / choice.tpot_s))
    return told if choice.timed else _("about {rate}").format(rate=told)


def _said(choice: Choice, shared: Sequence[Shared]) -> str:
    doubts = [f"? {each}" for each in own_doubts(choice, shared)]
    return "\n   ".join([f"{choice.rank}. {choice.card.title}: {choice.reason}", *doubts])


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
