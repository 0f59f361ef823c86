"""Hours of a record, risks and alarms as a technician says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.i18n import _, ngettext
from kit.words import number


def when(hour: int) -> str:
    """Return an hour of the record as day and time.

    >>> when(350)
    'day 15, 14:00'
    """
    return _("day {day}, {time}").format(day=hour // 24 + 1, time=f"{hour % 24:02}:00")


def how_long(hours: float) -> str:
    """Return a span in hours, or in days from two days on.

    >>> how_long(12), how_long(60)
    ('12 h', '2.5 days')
    """
    if hours < 48:
        return _("{n} h").format(n=number(hours) if hours % 1 else f"{hours:.0f}")
    return _("{n} days").format(n=f"{hours / 24:.1f}".removesuffix(".0"))


def percent(share: float) -> str:
    """Return a share as a percentage without decimals; never 0 or 100, which nobody knows.

    >>> percent(0.834), percent(0.001), percent(0.9999)
    ('83 %', 'below 1 %', 'above 99 %')
    """
    if share < 0.005:
        return _("below 1 %")
    return _("above 99 %") if share > 0.995 else _("{n} %").format(n=round(100 * share))


def with_interval(found: Sequence[float | None], form: str = "{:.2f}") -> str:
    """Return a number with its interval, "–" where it is not known."""
    value, low, high = found
    if value is None:
        return "–"
    if low is None or high is None:
        return form.format(value)
    return _("{value} ({low} to {high})").format(value=form.format(value), low=form.format(low), high=form.format(high))


def how_good(facts: Mapping[str, Any]) -> str:
    """Return how well these alarms did on machines that nothing was learnt from, in a sentence or two."""
    if not facts.get("failures"):
        return _("No failure of these machines is known, so nobody can say how well the alarms foresee one.")
    share = with_interval([None if each is None else 100 * each for each in facts["foreseen"]], "{:.0f}")
    lead = with_interval([None if each is None else each / 24 for each in facts["lead"]], "{:.1f}")
    n = int(facts["machines"])
    text = ngettext(
        "On {n} machine that nothing was learnt from, {share} % of {failures} failures were foreseen, half of them "
        "{lead} days ahead or more, with {false} false alarms for each machine and week.",
        "On {n} machines that nothing was learnt from, {share} % of {failures} failures were foreseen, half of them "
        "{lead} days ahead or more, with {false} false alarms for each machine and week.",
        n,
    )
    false = with_interval(facts["false_per_week"])
    return text.format(n=n, share=share, failures=facts["failures"], lead=lead, false=false)
