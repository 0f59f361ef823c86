"""Why an alert should be released, asked about or escalated: sentences from a template, each from a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.i18n import N_, _

_LEADS = {
    "escalate": N_("Escalate"),
    "request": N_("Request the document"),
    "release": N_("Release"),
}


def lead(disposition: str) -> str:
    """Return what is proposed, in words; a label of other rows stands for itself."""
    return _(_LEADS[disposition]) if disposition in _LEADS else disposition


def explained(alert: Mapping[str, Any], disposition: str, rules: Sequence[Mapping[str, Any]]) -> str:
    """Return the explanation of a proposed disposition by template.

    Parameters
    ----------
    alert : mapping
        From a study: "said" (sentences of facts), "fired" (names of rules), "papers".
    disposition : str
        What is proposed.
    rules : sequence of mapping
        All rules of the study with their numbers on held-out transfers.
    """
    fired = [rule for rule in rules if rule["name"] in alert["fired"]]
    reasons = [_reason(rule) for rule in sorted(fired, key=lambda rule: -rule["precision"]["value"])[:2]]
    if not fired:
        reasons.append(_("no rule fired"))
    if alert["papers"] == "missing":
        reasons.append(_("the document that such an amount needs is missing"))
    facts = " ".join(alert["said"])
    return _("{lead}: {reasons}. What is known: {facts}").format(
        lead=lead(disposition), reasons="; ".join(reasons), facts=facts
    )


def _reason(rule: Mapping[str, Any]) -> str:
    from kit.verticals.finance.rule import Rule

    precision = rule["precision"]
    said = _("{name} fired ({words}); on later transfers {right} of {n} that it flagged were fraud")
    return said.format(
        name=rule["name"], words=Rule.from_dict(dict(rule)).words(), right=precision["right"], n=precision["n"]
    )
