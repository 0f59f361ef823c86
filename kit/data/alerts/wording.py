"""Facts in an analyst's words.

One fact is told in many ways, by negation and by contrast too, and payee and device share their words ("new", "known",
"seen before"): which of the two is new is told by the grammar, not by the words that occur.
"""

from __future__ import annotations

from kit.data.alerts import phrases
from kit.data.alerts.draw import Draw
from kit.data.alerts.facts import Facts

_NOTHING_SAID = 0.05  # share of alerts that say that there is nothing to say: no earlier alert, no call


def tell(facts: Facts, draw: Draw) -> str:
    """Return the alert as two to four sentences."""
    slots = _slots(facts, draw)
    opening = draw.one(phrases.OPENINGS) + draw.one(_size(facts))
    familiarity = draw.one(_familiarity(facts))
    others = draw.mixed([*_account(facts, draw), *_contact(facts, draw), *_papers(facts, draw)])
    note = [draw.one(phrases.NOTES)] if draw.chance(0.1) else []
    body = draw.mixed([familiarity, *others]) if draw.chance(0.5) else [familiarity, *others]
    return _sentences([clause.format(**slots) for clause in (opening, *_joined(body, draw), *note)])


def _slots(facts: Facts, draw: Draw) -> dict[str, str]:
    device = draw.one(phrases.DEVICES)
    return {
        "amount": f"{facts.currency} {facts.amount:,}",
        "payee": draw.one(phrases.PAYEES),
        "place": draw.one(phrases.PLACES),
        "purpose": draw.one(phrases.PURPOSES),
        "channel": draw.one(phrases.CHANNELS),
        "device": device,
        "times": str(draw.whole(3, 40)),
        "days": str(draw.whole(1, 9)),
        "age": f"{draw.whole(5, 85)} days" if facts.young else f"{draw.whole(2, 14)} years",
        "alerts": draw.one(("two", "three", "four", "2", "3", "5")),
        "paper": draw.one(phrases.PAPERS),
    }


def _size(facts: Facts) -> tuple[str, ...]:
    return phrases.SIZES[facts.size]


def _familiarity(facts: Facts) -> tuple[str, ...]:
    return phrases.FAMILIARITY[facts.payee, facts.new_device]


def _account(facts: Facts, draw: Draw) -> list[str]:
    clauses = [draw.one(phrases.AGES)] if draw.chance(0.1) else []
    if facts.history != "none" or draw.chance(_NOTHING_SAID):
        clauses.append(draw.one(phrases.HISTORY[facts.history]))
    return clauses


def _contact(facts: Facts, draw: Draw) -> list[str]:
    if facts.contact == "none" and not draw.chance(_NOTHING_SAID):
        return []
    return [draw.one(phrases.CONTACT[facts.contact])]


def _papers(facts: Facts, draw: Draw) -> list[str]:
    if facts.papers == "none":
        return []
    return [draw.one(phrases.PAPER_STATES[facts.papers])]


def _joined(clauses: list[str], draw: Draw) -> list[str]:
    """Put some neighbours into one sentence."""
    joined = [clauses[0]]
    for clause in clauses[1:]:
        if draw.chance(0.5) and ";" not in joined[-1]:
            joined[-1] += "; " + clause
        else:
            joined.append(clause)
    return joined


def _sentences(clauses: list[str]) -> str:
    return " ".join(clause[0].upper() + clause[1:] + "." for clause in clauses)
