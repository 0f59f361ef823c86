"""What the paired rows come to: one sentence, and the groups of rows with the worst of them named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from kit.i18n import _
from kit.plots.differences import Difference
from kit.plots.metrics import metric
from kit.plots.reading import variant_name
from kit.plots.words import count
from kit.result import Result

_SHOWN = 12


@dataclass(frozen=True)
class Slice:
    """A group of rows: its size and what both variants reach on it."""

    name: str
    value: str
    rows: int
    first: float
    second: float


def verdict_sentence(first: Result, second: Result, pairs: Sequence[Difference], scored: str) -> h.Node:
    """Return the paired comparison of two variants in words."""
    return [h.b[_("{second} against {first}").format(second=variant_name(second), first=variant_name(first))], ": "]


def slices_of(pairs: Sequence[Difference]) -> list[Slice]:
    """Return the groups of rows that the records name, worst for the second variant first."""
    groups: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for pair in pairs:
        if pair.first_score is None or pair.second_score is None:
            continue
        for name, value in pair.first.slices.items():
            groups.setdefault((name, value), []).append((pair.first_score, pair.second_score))
    found = [
        Slice(name, value, len(scores), *(sum(column) / len(scores) for column in zip(*scores, strict=True)))
        for (name, value), scores in groups.items()
    ]
    return sorted(found, key=lambda each: each.second - each.first)


def slices_table(first: Result, second: Result, pairs: Sequence[Difference], scored: str) -> h.Node:
    """Return the groups of rows as a table, or nothing where records name none."""
    found, known = slices_of(pairs), metric(scored)
    if not known.more:
        found.reverse()
    if len(found) < 2:
        return None
    worst = found[0]
    head = [_("Rows where"), _("Rows"), variant_name(first), variant_name(second), _("Difference")]
    return h.details(data_key="slices")[
        h.summary[_("Groups of rows: worst is {name} = {value}").format(name=worst.name, value=worst.value)],
        h.table(role="table", aria_label=_("Groups of rows"))[
            h.thead(role="rowgroup")[h.tr(role="row")[(h.th(scope="col", role="columnheader")[word] for word in head)]],
            h.tbody(role="rowgroup")[(_slice(each, head, scored) for each in found[:_SHOWN])],
        ],
    ]


def _slice(each: Slice, head: Sequence[str], scored: str) -> h.Element:
    known = metric(scored)
    values = [
        count(each.rows),
        known.said(each.first),
        known.said(each.second),
        f"{each.second - each.first:+.2f}".replace("-", "−"),
    ]
    return h.tr(role="row", data_key=f"slice-{each.name}-{each.value}")[
        h.th(scope="row", role="rowheader")[f"{each.name} = {each.value}"],
        (h.td(role="cell", data_label=label)[value] for label, value in zip(head[1:], values, strict=True)),
    ]
