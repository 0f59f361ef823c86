"""The disposition that the facts ask for: points for risk, some of which count only together."""

from __future__ import annotations

from kit.data.alerts.facts import Facts

LABELS = ("release", "request", "review", "escalate")
_ESCALATE, _REVIEW = 5, 3


def risk(facts: Facts) -> int:
    """Return the points of risk, from -2 to 12."""
    points = {"known": 0, "new": 1, "changed": 2}[facts.payee]
    points += {"usual": 0, "raised": 1, "large": 2}[facts.size]
    points += 2 if facts.history == "confirmed" else 0
    points += 1 if facts.young else 0
    # A new device is nothing by itself: people buy telephones. With a payee that is not the old one it is much.
    points += 2 if facts.new_device and facts.payee != "known" else 0
    points += {"none": 0, "vouched": -2, "coached": 3, "unreached": 0}[facts.contact]
    return points


def disposition(facts: Facts) -> str:
    """Return one of `LABELS`.

    Papers are asked for only where they are missing, the amount is beyond the usual, and nothing looks like fraud.
    """
    points = risk(facts)
    if points >= _ESCALATE:
        return "escalate"
    if facts.papers == "missing" and facts.size != "usual":
        return "request"
    return "review" if points >= _REVIEW else "release"
