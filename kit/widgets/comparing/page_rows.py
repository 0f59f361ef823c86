"""Two variants row by row: what did one get wrong that the other got right?"""

from __future__ import annotations

from dataclasses import replace

import htpy as h

from kit.errors import KitError
from kit.i18n import _
from kit.measure import Verdict
from kit.plots.differences import Difference
from kit.plots.reading import variant_name
from kit.plots.words import count, number
from kit.widgets.comparing.desk import CompareDesk
from kit.widgets.comparing.page_slices import slices_table
from kit.widgets.parts import finder, sentences


def row_by_row(desk: CompareDesk) -> h.Node:
    """Return the two that are compared and, opened, the rows on which they differ."""
    names = [variant_name(row) for row in desk.rows()]
    if not names:
        return None
    opened = desk.examples.open
    button = h.button(
        ".tb-link",
        type="button",
        data_action="examples",
        data_key="examples",
        aria_expanded="true" if opened else "false",
    )[_("Hide") if opened else _("What did one get wrong that the other got right?")]
    left, right = desk.chosen()
    return h.div(".tb-section", data_key="row-by-row")[
        h.div(".tb-row")[h.b[_("Row by row")], h.span(".tb-space"), button],
        h.div(".tb-row")[select("left", _("First"), names, left), select("right", _("Second"), names, right)],
        _opened(desk, left, right) if opened else None,
    ]


def select(name: str, label: str, names: list[str], chosen: str) -> h.Element:
    """Return a field that chooses one of the variants."""
    options = [h.option(value=option, selected=option == chosen)[option] for option in names]
    field = h.select(name=name, data_change="set", data_value=chosen, disabled=not names)[
        options or h.option(value="")[_("no rows yet")]
    ]
    return h.label(".tb-field")[h.span(".tb-tiny")[label], field]


def _opened(desk: CompareDesk, left: str, right: str) -> h.Node:
    if left == right:
        return h.p(".tb-mute")[_("Choose two different variants.")]
    first, second = desk.row(left), desk.row(right)
    _pairs, why = desk.examples.read(first, second, desk.drawn()[0])
    if why is not None:
        return _none(why)
    shown, page, pages = desk.examples.shown()
    verdict = desk.examples.verdict()
    return [
        _sentence(verdict, left, right),
        _filters(desk, left, right),
        _table(shown, left, right, scored=desk.examples.scored) if shown else h.p(".tb-mute")[_("No such row.")],
        _turn(page, pages) if pages > 1 else None,
        slices_table(verdict, left, right) if verdict is not None else None,
    ]


def _sentence(verdict: Verdict | None, left: str, right: str) -> h.Node:
    """Return what the paired rows come to, in full."""
    if verdict is None:
        return None
    named = replace(verdict, name=right, reference=left, slices=(), speed_ratio=None)
    lead, _colon, rest = named.full.partition(": ")
    return h.p[h.b[lead], ": ", rest]


def _none(why: KitError) -> h.Element:
    lead, rest = sentences(str(why.problem))
    return h.p[lead, h.span(".tb-mute")[f" {' '.join((rest, why.fix)).strip()}"]]


def _filters(desk: CompareDesk, left: str, right: str) -> h.Element:
    counts, examples = desk.examples.counts(), desk.examples
    words = {
        "first": _("{first} right, {second} wrong"),
        "second": _("{second} right, {first} wrong"),
        "differ": _("different answers"),
        "neither": _("both wrong"),
        "both": _("both right"),
        "all": _("all rows"),
    }
    if not counts["both"] and not counts["neither"]:
        words |= {"first": _("{first} better"), "second": _("{second} better")}
    options = [
        h.option(value=which, selected=which == examples.which)[
            f"{text.format(first=left, second=right)} ({count(counts[which])})"
        ]
        for which, text in words.items()
        if counts[which] or which in ("first", "second", "all")
    ]
    return h.div(".tb-row")[
        h.label(".tb-choose")[
            h.span(".tb-small.tb-mute")[_("Show")],
            h.select(name="which", data_change="set", data_value=examples.which)[options],
        ],
        finder("words", examples.text, "set", words=_("Find in text or answers"), label=_("Find rows")),
    ]


def _table(pairs: list[Difference], left: str, right: str, *, scored: str) -> h.Element:
    heads = [_("Text"), _("Right answer"), left, right]
    return h.table(".tb-rows", role="table", aria_label=_("Rows"), data_key="rows")[
        h.thead(role="rowgroup")[h.tr(role="row")[(h.th(scope="col", role="columnheader")[name] for name in heads)]],
        h.tbody(role="rowgroup")[(_row(pair, heads, scored) for pair in pairs)],
    ]


def _row(pair: Difference, heads: list[str], scored: str) -> h.Element:
    place = h.div(".tb-tiny")[_("row {n}").format(n=count(pair.first.row + 1))]
    answers = (
        (pair.first.answer, pair.first_share, pair.first_score, pair.kind in ("first", "both")),
        (pair.second.answer, pair.second_share, pair.second_score, pair.kind in ("second", "both")),
    )
    return h.tr(role="row", data_key=f"row-{pair.first.row}")[
        h.th(scope="row", role="rowheader")[
            h.span(".tb-clip", title=pair.first.text or None)[pair.first.text or "–"], place
        ],
        h.td(role="cell", data_label=heads[1])[h.span[pair.first.gold or "–"]],
        [
            h.td(role="cell", data_label=head)[_answer(text, share, score, right, pair.kind != "same")]
            for head, (text, share, score, right) in zip(heads[2:], answers, strict=True)
        ],
    ]


def _answer(text: str, share: float | None, score: float | None, right: bool, judged: bool) -> h.Element:
    """Return an answer with how sure the variant was, or what it counts."""
    sure = (
        _("{n} % sure").format(n=f"{100 * share:.0f}") if share is not None else "" if score is None else number(score)
    )
    mark = h.span(data_tone="ok" if right else "bad", aria_label=_("right") if right else _("wrong"))[
        "✓ " if right else "✗ "
    ]
    return h.span[mark if judged else None, h.span[text or "–"], h.div(".tb-tiny")[sure] if sure else None]


def _turn(page: int, pages: int) -> h.Element:
    return h.div(".tb-turn")[
        _turn_button(_("Previous"), "-1", why="" if page else _("This is the first page.")),
        h.span(".tb-small.tb-mute")[_("page {n} of {all}").format(n=page + 1, all=pages)],
        _turn_button(_("Next"), "1", why="" if page < pages - 1 else _("This is the last page.")),
    ]


def _turn_button(text: str, value: str, *, why: str) -> h.Element:
    return h.button(
        ".tb-link",
        type="button",
        data_action="turn",
        value=value,
        data_key=f"turn{value}",
        aria_disabled="true" if why else None,
        title=why or None,
    )[text]
