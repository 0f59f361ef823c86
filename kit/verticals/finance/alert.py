"""An alert in words: what was known of a transfer when it was ordered, and the rules that fired.

The words are data that a model learns from, so they are English and never translated. They hold no id of any party.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kit.verticals.finance.world.shape import Transfer

if TYPE_CHECKING:
    from kit.verticals.finance.rule import Rule  # loads numpy

DISPOSITIONS = ("release", "request", "escalate")
INSTRUCTION = (
    "Decide on this payment alert: escalate signs of fraud, request a missing document, release the rest. "
    "Answer with one of: release, request, escalate."
)
_PAPERS = {"": "", "filed": "Document on file.", "missing": "Document missing."}


def sentences(facts: Mapping[str, float], transfer: Transfer, payee_kind: str) -> list[str]:
    """Return what is worth telling of a transfer, the amount first; what is ordinary is left out.

    Parameters
    ----------
    facts : mapping
        By the names of `kit.verticals.finance.fact.FACTS`.
    transfer : Transfer
        For the amount and the document.
    payee_kind : str
        "person", "business", "merchant" or "counterparty".
    """
    said = [_amount(facts, payee_kind)]
    if facts["sender_days"] < 90:
        said.append(f"Sender's account is {facts['sender_days']:.0f} days old.")
    said += _device(facts)
    if facts["sent_day"] >= 3:
        said.append(f"{facts['sent_day']:.0f} transfers in a day.")
    if facts["payee_strangers"] >= 3 and payee_kind != "merchant":
        said.append(f"{facts['payee_strangers']:.0f} new senders paid the payee in two days.")
    if facts["payee_passed_on"] >= 50 and payee_kind in ("person", "business"):
        said.append(f"Payee passed on {facts['payee_passed_on']:.0f}% of what it got in a week.")
    if facts["passing_on"] >= 60:
        said.append(f"Sender passes on {facts['passing_on']:.0f}% of what it got in two days.")
    if facts["near_limit"] >= 1:
        n = facts["near_limit"]
        said.append(f"{f'{n:.0f} transfers' if n > 1 else 'A transfer'} just below the limit in a week.")
    if facts["circle"] >= 2:
        said.append(f"Closes a circle of {facts['circle']:.0f} accounts.")
    if facts["night"]:
        said.append("At night.")
    return said + ([_PAPERS[transfer.papers]] if transfer.papers else [])


def rules_said(fired: Sequence[Rule]) -> str:
    """Return which rules fired, and how often each was right in the past."""
    if not fired:
        return "No rule fired."
    said = ", ".join(f"{rule.name} {100 * rule.precision:.0f}%" for rule in fired)
    return f"Rules: {said}."


def alert_text(facts: Mapping[str, float], transfer: Transfer, payee_kind: str, fired: Sequence[Rule]) -> str:
    """Return an alert as a model reads it; parameters as in `sentences` and `rules_said`."""
    return " ".join([*sentences(facts, transfer, payee_kind), rules_said(fired)])


def _amount(facts: Mapping[str, float], payee_kind: str) -> str:
    payee = {"merchant": "merchant", "counterparty": "account elsewhere"}.get(payee_kind, "account here")
    known = "new" if facts["new_payee"] else "known"
    times = facts["times_usual"]
    usual = f", {times:.0f} times the usual" if times >= 1.75 else ", a usual amount"
    return f"{facts['amount']:,.0f} EUR to a {known} {payee}{usual}."


def _device(facts: Mapping[str, float]) -> list[str]:
    accounts = facts["device_accounts"]
    if facts["device_days"] < 1:
        return [f"New device, {accounts:.0f} accounts use it." if accounts >= 2 else "New device."]
    return [f"{accounts:.0f} accounts use the device."] if accounts >= 3 else []
