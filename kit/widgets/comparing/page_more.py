"""What is worth a look now and then: how far probabilities can be believed, which labels are mixed up, what a
reference would have said, how many users an answer stays quick for."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets import parts
from kit.widgets.comparing.desk import CompareDesk

_TOLD = ("calibration", "confusion", "reference", "knee")


def more(desk: CompareDesk) -> h.Node:
    """Return the further figures, opened or not, or nothing where no row has any."""
    rows = desk.results()
    if not any(name in row.facts for row in rows for name in _TOLD):
        return None
    opened = desk.opened
    words = [word for name, word in _words().items() if any(name in row.facts for row in rows)]
    button = h.button(
        ".tb-link",
        type="button",
        data_action="figures",
        data_key="figures",
        aria_expanded="true" if opened else "false",
    )[_("Hide") if opened else ", ".join(words)]
    return h.div(".tb-section", data_key="further")[
        h.div(".tb-row")[h.b[_("More figures")], h.span(".tb-space"), button],
        _figures(desk, rows) if opened else None,
    ]


def _words() -> dict[str, str]:
    return {
        "calibration": _("calibration"),
        "confusion": _("confusion"),
        "reference": _("against the reference"),
        "knee": _("under load"),
    }


def _figures(desk: CompareDesk, rows: list[Result]) -> list[h.Node]:
    left, right = desk.chosen()
    pair = [row for row in rows if variant_name(row) in (left, right)]
    return [
        [_of_one(desk, row) for row in pair],
        parts.plot(desk.drawings.divergence(rows, desk.width))
        if any("reference" in row.facts for row in rows)
        else None,
        [_knee(row) for row in rows if "knee" in row.facts],
    ]


def _of_one(desk: CompareDesk, row: Result) -> h.Node:
    """Return the figures of one of the two variants that are looked at row by row."""
    drawn = [
        parts.plot(svg)
        for name, svg in (
            ("calibration", desk.drawings.reliability(row, desk.width)),
            ("confusion", desk.drawings.confusion(row, desk.width)),
        )
        if svg and name in row.facts
    ]
    name = variant_name(row)
    return h.div(data_key=f"further-{name}")[h.p(style="margin-bottom: 6px")[h.b[name]], drawn] if drawn else None


def _knee(row: Result) -> h.Element:
    knee = row.facts["knee"]
    sentence = str(knee.get("sentence", "")) if isinstance(knee, dict) else ""
    return h.p(data_key=f"knee-{variant_name(row)}")[h.b[variant_name(row)], ": ", sentence]
