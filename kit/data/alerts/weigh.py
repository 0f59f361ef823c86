"""The disposition that the facts ask for: the gravest reason decides."""

from __future__ import annotations

from kit.data.alerts.facts import Facts

LABELS = ("release", "request", "review", "escalate")


def disposition(facts: Facts) -> str:
    """Return one of `LABELS`.

    Signs of fraud come before missing papers, and those before a payment that is merely unusual. A device or a payee's
    account may change for good reasons; both at once is a sign of fraud. A customer who vouches for a large payment to
    somebody new settles it.
    """
    if facts.contact == "coached" or facts.history == "confirmed" or (facts.payee == "changed" and facts.new_device):
        return "escalate"
    if facts.papers == "missing":
        return "request"
    if facts.size == "large" and facts.payee != "known" and facts.contact != "vouched":
        return "review"
    return "release"
