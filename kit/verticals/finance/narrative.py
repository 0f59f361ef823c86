"""Explanations to learn from: a question on a past alert and one sentence that says why, made of what is in the alert.

A model that has learnt them writes sentences of this kind about alerts that it has not seen; `checked` decides whether
one may stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

INSTRUCTION = "Say in one sentence why this payment alert gets this disposition. Use only what the alert says."
_MOST = 3  # reasons
_LEADS = {"release": "Release", "request": "Request the document", "escalate": "Escalate"}
_CLAUSES = (
    (r"New device", "the device is new"),
    (r"New device, (\d+) accounts use it", r"\1 accounts use the new device"),
    (r"At night", "it was ordered at night"),
    (r"(\d+) transfers in a day", r"the sender made \1 transfers in a day"),
    (r"Closes (.*)", r"it closes \1"),
    (r"(Sender|Payee)(.*)", r"the \1\2"),
    (r"A (transfer just below .*)", r"there was a \1"),
    (r"(\d+ transfers just below .*)", r"there were \1"),
)
_LAST = ("Document missing.", "Document on file.")


def question(text: str, disposition: str) -> str:
    """Return what a model is asked about one alert."""
    return f"{text} Disposition: {disposition}."


def narrative(said: Sequence[str], fired: Sequence[tuple[str, float]], disposition: str) -> str:
    """Return one sentence that explains a disposition.

    Parameters
    ----------
    said : sequence of str
        The facts of the alert, the amount first.
    fired : sequence of (name, precision)
        The rules that fired, with how often each was right in the past, from 0 to 1.
    disposition : str
        What is explained.
    """
    reasons = _reasons(said, fired, disposition)
    text = reasons[0] if len(reasons) == 1 else ", ".join(reasons[:-1]) + " and " + reasons[-1]
    although = disposition == "release" and bool(fired)  # what speaks against it is not a reason for it
    return f"{_LEADS[disposition]}, although {text}." if although else f"{_LEADS[disposition]}: {text}."


def _reasons(said: Sequence[str], fired: Sequence[tuple[str, float]], disposition: str) -> list[str]:
    best = max(fired, key=lambda rule: rule[1], default=None)
    rule = "no rule fired" if best is None else f"rule {best[0]} fired, right in {100 * best[1]:.0f}% of past cases"
    signs = [clause(each) for each in said[1:] if each not in _LAST]
    missing = ["the document is missing"] if "Document missing." in said else []
    if disposition == "escalate":
        found = [rule, *signs[: _MOST - 1]]
    elif disposition == "request":
        found = [*missing, rule, *signs[: _MOST - 2]]
    else:
        found = [rule, *signs[:1]]
    return found if len(found) > 1 else [*found, clause(said[0])]


def clause(sentence: str) -> str:
    """Return a sentence of an alert as a part of another sentence."""
    text = sentence.rstrip(".")
    for pattern, clause in _CLAUSES:
        if found := re.fullmatch(pattern, text):
            return found.expand(clause).replace("the Sender", "the sender").replace("the Payee", "the payee")
    return text if text[:1].isdigit() else text[:1].lower() + text[1:]


def narrative_row(alert: dict[str, Any], fired: Sequence[tuple[str, float]], disposition: str) -> dict[str, str]:
    """Return a row to learn from: question and answer."""
    answer = narrative(alert["said"], fired, disposition)
    return {"question": question(alert["text"], disposition), "answer": answer}
