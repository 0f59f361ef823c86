"""What the model answers to a few validation rows while it learns, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import htpy as h

from kit.i18n import _
from kit.jobs import Status
from kit.plots.words import count


def samples(status: Status) -> h.Node:
    """Return the newest answers beside what was right and what was said before, or that there are none yet."""
    told = status.records.get("answers") or []
    if told:
        return _table(told[-1])
    older = status.records.get("answer") or []
    if older:
        return h.div(".tb-small.tb-mute")[answer_words(older[-1])]
    return h.p(".tb-small.tb-mute")[_("Sample answers come with the first validation.") if not status.over else ""]


def answer_words(record: Mapping[str, Any]) -> h.Node:
    """Return one sample: the text, and below it the answer."""
    answer, gold, before = (str(record.get(name) or "") for name in ("answer", "gold", "before"))
    notes = []
    if gold:
        notes.append(_("right") if gold == answer else _("right is {gold}").format(gold=gold))
    if before:
        notes.append(_("before the tuning: {before}").format(before=before))
    tone = "bad" if gold and gold != answer else None
    told = f" ({'; '.join(notes)})" if notes else ""
    asked = h.p(".tb-clip", title=str(record.get("text", "")))[f"“{record.get('text', '')}”"]
    return h.fragment[asked, h.p["→ ", h.b(data_tone=tone)[answer], told]]


def _table(record: Mapping[str, Any]) -> h.Element:
    rows: Sequence[Mapping[str, Any]] = record.get("rows") or []
    right = sum(row.get("answer") == row.get("gold") for row in rows)
    titles = (_("Sample rows, after step {n}").format(n=count(int(record.get("step", 0)))), _("Answer"), _("Right is"))
    head = [h.th(scope="col", role="columnheader", data_left=place > 0)[title] for place, title in enumerate(titles)]
    return h.table(".tb-samples", role="table", data_key="samples", aria_label=_spoken(len(rows), right))[
        h.thead(role="rowgroup")[h.tr(role="row")[head]],
        h.tbody(role="rowgroup")[(_row(place, row) for place, row in enumerate(rows))],
    ]


def _row(place: int, row: Mapping[str, Any]) -> h.Element:
    asked, answer, gold, before = (str(row.get(name) or "") for name in ("text", "answer", "gold", "before"))
    well = answer == gold
    was = _("before: {answer}").format(answer=before) if before and before != answer else ""
    return h.tr(role="row", data_key=f"sample-{place}")[
        h.th(scope="row", role="rowheader")[h.span(".tb-clip", title=asked)[asked]],
        h.td(role="cell", data_left=True, data_label=_("Answer"))[
            h.div[
                h.b(".tb-clip", data_tone=None if well else "bad", title=answer)[answer or "–"],
                h.span(".tb-tiny.tb-clip")[was] if was else None,
            ]
        ],
        h.td(role="cell", data_left=True, data_label=_("Right is"))[
            h.span(".tb-clip", title=gold)[_("✓ the same") if well else gold]
        ],
    ]


def _spoken(rows: int, right: int) -> str:
    return _("Sample answers: {right} of {rows} as they should be").format(right=right, rows=rows)
