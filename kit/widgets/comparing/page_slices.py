"""What the paired rows of two variants come to: one sentence, and the groups of rows with the worst of them named."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.measure import Verdict
from kit.plots.metrics import metric
from kit.plots.words import count
from kit.widgets.verdict import verdict_words

_SHOWN = 16


def slices_table(verdict: Verdict, first: str, second: str) -> h.Node:
    """Return the groups of rows as a table, those that lost most first, or nothing where records name none.

    Parameters
    ----------
    verdict : Verdict
        On `second` against `first`, with those on groups of rows.
    first, second : str
        What the two are called.
    """
    if not verdict.slices:
        return None
    more = metric(verdict.metric).more
    found = sorted(verdict.slices, key=lambda each: each.difference if more else -each.difference)
    head = [_("Rows where"), _("Rows"), first, second, _("Verdict")]
    return h.details(data_key="slices")[
        h.summary[_lead(verdict)],
        h.table(role="table", aria_label=_("Groups of rows"), data_key="groups")[
            h.thead(role="rowgroup")[
                h.tr(role="row")[
                    (
                        h.th(scope="col", role="columnheader", data_words=n == len(head) - 1)[word]
                        for n, word in enumerate(head)
                    )
                ]
            ],
            h.tbody(role="rowgroup")[(_slice(each, verdict.metric, head) for each in found[:_SHOWN])],
        ],
        h.p(".tb-small.tb-mute")[_("Groups with too few rows are left out; intervals hold for all groups at once.")],
    ]


def _lead(verdict: Verdict) -> str:
    worst = verdict.worst
    if worst is None:
        return _("Groups of rows: none stands out")
    return _("Groups of rows: worst is {name}").format(name=_spaced(worst.name))


def _spaced(name: str) -> str:
    return " = ".join(name.split("=", 1))


def _slice(each: Verdict, name: str, head: list[str]) -> h.Element:
    known = metric(name)
    scores = ["–" if score is None else known.said(score) for score in (each.reference_score, each.score)]
    values = [count(each.n), *scores]
    return h.tr(role="row", data_key=f"slice-{each.name}")[
        h.th(scope="row", role="rowheader")[_spaced(each.name)],
        (h.td(role="cell", data_label=label)[value] for label, value in zip(head[1:], values, strict=False)),
        h.td(role="cell", data_words=True, data_label=head[-1])[h.span[verdict_words(each.to_dict()) or each.sentence]],
    ]
