"""Why an alert should be released, asked about or escalated: sentences from a template, each from a fact.

Where a proposal and the rules contradict each other, the template says so: an analyst should look at that twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.i18n import N_, _

_LEADS = {
    "escalate": N_("Escalate"),
    "request": N_("Request the document"),
    "release": N_("Release"),
}
_TRUSTED = 0.5  # a rule that was right more often than that on later days contradicts a release


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
    fired = sorted(
        (rule for rule in rules if rule["name"] in alert["fired"]), key=lambda rule: -rule["precision"]["value"]
    )
    if disposition == "escalate":
        return _escalated(alert, fired)
    if disposition == "request":
        return _requested(alert, fired)
    return _released(alert, fired)


def _escalated(alert: Mapping[str, Any], fired: Sequence[Mapping[str, Any]]) -> str:
    if fired:
        return _("Escalate: {rules}.").format(rules=_fired(fired))
    signs = " ".join(alert["said"][1:3]) or alert["said"][0]
    return _("Escalate, although no rule fired. What stands out: {signs}").format(signs=signs)


def _requested(alert: Mapping[str, Any], fired: Sequence[Mapping[str, Any]]) -> str:
    if alert["papers"] != "missing":
        said = _("Request the document: the model proposes it, although none is known to be missing. Look twice.")
    else:
        said = _("Request the document that such an amount needs: it is missing.")
    return f"{said} {_although(fired)}".strip()


def _released(alert: Mapping[str, Any], fired: Sequence[Mapping[str, Any]]) -> str:
    missing = _("A document is missing, which speaks for asking.") if alert["papers"] == "missing" else ""
    said = _("Release: the model sees nothing in it that speaks of fraud.") if fired else _("Release: no rule fired.")
    return " ".join(part for part in (said, missing, _although(fired)) if part)


def _although(fired: Sequence[Mapping[str, Any]]) -> str:
    """Return what the rules say against a proposal that is not to escalate."""
    if not fired:
        return ""
    said = _("But {rules}.").format(rules=_fired(fired))
    return f"{said} {_('Look twice.')}" if fired[0]["precision"]["value"] > _TRUSTED else said


def _fired(fired: Sequence[Mapping[str, Any]]) -> str:
    text = _("{name} fired ({right} of {n} payments that it flagged on later days were fraud)")
    some = [
        text.format(name=rule["name"], right=rule["precision"]["right"], n=rule["precision"]["n"]) for rule in fired[:2]
    ]
    return _(" and ").join(some)
