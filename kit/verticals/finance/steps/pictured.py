"""A report with a figure below it, and what stands in place of one where the rows are no transfers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.i18n import _
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet

if TYPE_CHECKING:
    from kit.verticals.finance.opening import FinanceCase


@dataclass(frozen=True, kw_only=True, repr=False)
class Pictured(Report):
    """A report with a figure.

    Parameters
    ----------
    draw : callable, optional
        Returns the figure in a width in pixels: it is drawn for wide pages and for narrow ones.
    """

    draw: Callable[[float], Any] | None = None

    def _repr_html_(self) -> str:
        html = super()._repr_html_()
        if self.draw is None:
            return html
        wide, narrow = (self.draw(width)._repr_html_() for width in _WIDTHS)
        return f'{html}{_SHEET}<div class="tb-when-wide">{wide}</div><div class="tb-when-narrow">{narrow}</div>'


_WIDTHS = (640.0, 340.0)
_SHEET = (
    "<style>.tb-when-narrow { display: none } @media (max-width: 640px) {"
    " .tb-when-wide { display: none } .tb-when-narrow { display: block } }</style>"
)


def without(case: FinanceCase, title: str) -> Report:
    """Return what stands where a part needs transfers and the rows are others.

    Raises
    ------
    NotYet
        Transfers were asked for; nobody has studied them here yet.
    """
    if case.waits:
        raise NotYet
    sentence = _("This part needs transfers (time, sender, payee, amount); rows of another kind have no neighbourhood.")
    return Report(title=title, sentence=sentence)


def percent(share: dict[str, Any]) -> str:
    """Return a share with its interval in percent, and what it rests on."""
    if not share["n"]:
        return _("none")
    value, low, high = (round(100 * share[name]) for name in ("value", "low", "high"))
    return _("{value} % ({low} to {high}; {right} of {n})").format(
        value=value, low=low, high=high, right=share["right"], n=share["n"]
    )
