"""The disposition that the facts ask for: the gravest reason decides."""

from __future__ import annotations

from kit.data.alerts.facts import Facts

LABELS = ("release", "request", "escalate")


def disposition(facts: Facts) -> str:
    """Return one of `LABELS`.

    Signs of fraud come before missing papers. A device or a payee's account may change for good reasons; both at once
    is a sign of fraud. A large amount or a new payee alone is nothing: alerts are full of them.
    """
    if facts.contact == "coached" or facts.history == "confirmed" or (facts.payee == "changed" and facts.new_device):
        return "escalate"
    return "request" if facts.papers == "missing" else "release"
