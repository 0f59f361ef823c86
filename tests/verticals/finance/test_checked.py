"""Sentences of a model stand only where the facts bear them."""

from __future__ import annotations

import pytest

from kit.verticals.finance.checked import checked
from kit.verticals.finance.explain import explained
from kit.verticals.finance.narrative import narrative, question

FACTS = "9,480 EUR to a new account elsewhere, 12 times the usual. New device, 5 accounts use it. Rules: R3 89%."


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Escalate: 5 accounts use the device and rule R3 fired, right in 89% of past cases.", ""),
        ("Escalate, since a new device is used by five accounts.", ""),
        ("The amount of 9480 EUR is 12 times the usual one.", ""),
        ("Escalate: 6 accounts use the device and the payee is new.", "6 is in no fact"),
        ("Escalate: seven accounts use the new device today.", "7 is in no fact"),
        ("Escalate: rule R7 fired on this new device here.", "R7 is in no fact"),
        ("Escalate: rule R3 fired, right in 12% of past cases on this device.", "R3 with 12 % is in no fact"),
        ("Release it, since the new device is known to the account.", "it names release"),
        ("escalate", "words, where a sentence"),
        ("", "words, where a sentence"),
        ("Escalate " + "this account " * 60, "words, where a sentence"),
        ("The weather was lovely in the mountains yesterday.", "no fact says “The weather"),
        ("Escalate: the account is 12 times the usual.", "no fact says “the account is 12 times the usual”"),
        ("Escalate: rule R3 fired, right in 5 days, and the device is new.", "no fact says “right in 5 days”"),
        ("Escalate: the sender has 12 past cases where the device was new.", "no fact says “the sender has 12"),
        ("Escalate: the device is not new and rule R3 fired.", "no fact says “the device is not new”"),
        ("Escalate: the device is new, rule R3 fired and the device is new.", "it repeats itself"),
        ("Escalate: rule R3 fired, the amount is 12 times the usual.", ""),
        ("Escalate, it is that.", "it names no fact"),
        ("Account A-0412 has a new device that others use.", "A-0412 is in no fact"),
    ],
)
def test_what_may_stand(sentence: str, reason: str) -> None:
    found = checked(sentence, FACTS, "escalate", ["R3"])
    assert (reason in found.refused) if reason else not found.refused, found


def test_what_the_model_is_taught_may_stand() -> None:
    said = ["9,480 EUR to a new account elsewhere, 12 times the usual.", "New device, 5 accounts use it.", "At night."]
    text = " ".join([*said, "Document missing.", "Rules: R3 89%."])
    for disposition in ("release", "request", "escalate"):
        sentence = narrative([*said, "Document missing."], [("R3", 0.89)], disposition)
        assert checked(sentence, question(text, disposition), disposition, ["R3"]).refused == "", sentence
        assert sentence.endswith(".")
    against = "Release: rule R3 fired, right in 89% of past cases and the device is new."
    assert "as a reason to release" in checked(against, question(text, "release"), "release", ["R3"]).refused
    quiet = narrative(said[:1], [], "release")
    assert quiet == "Release: no rule fired and 9,480 EUR to a new account elsewhere, 12 times the usual."


def test_the_template_names_rules_with_what_they_are_worth() -> None:
    rule = {
        "name": "R3",
        "bounds": [["night", ">=", 1.0]],
        "past": [8, 9],
        "precision": {"value": 0.9, "low": 0.6, "high": 0.98, "right": 9, "n": 10},
    }
    alert = {"said": ["100 EUR.", "At night."], "fired": ["R3"], "papers": "missing"}
    fired = "R3 fired (9 of 10 payments that it flagged on later days were fraud)."
    assert explained(alert, "escalate", [rule]) == f"Escalate: {fired}"
    assert explained(alert, "request", [rule]).endswith(f"it is missing. But {fired} Look twice.")
    quiet = {**alert, "fired": [], "papers": ""}
    assert explained(quiet, "release", [rule]) == "Release: no rule fired."
    assert explained(quiet, "escalate", [rule]).endswith("no rule fired. What stands out: At night.")


def test_the_template_says_where_a_proposal_and_the_facts_contradict_each_other() -> None:
    rule = {"name": "R1", "precision": {"value": 0.1, "right": 1, "n": 10}}
    alert = {"said": ["100 EUR."], "fired": ["R1"], "papers": ""}
    weak = explained(alert, "release", [rule])
    assert "But R1 fired" in weak
    assert "Look twice" not in weak
    strong = {**rule, "precision": {"value": 0.9, "right": 9, "n": 10}}
    assert "Look twice" in explained(alert, "release", [strong])
    assert "none is known to be missing. Look twice." in explained(alert, "request", [])
    assert "A document is missing" in explained({**alert, "papers": "missing"}, "release", [])
