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
        ("Release it, since the new device is known to the account.", "it names release"),
        ("escalate", "words, where a sentence"),
        ("", "words, where a sentence"),
        ("Escalate " + "this account " * 60, "words, where a sentence"),
        ("The weather was lovely in the mountains yesterday.", "it names no fact"),
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
    quiet = narrative(said[:1], [], "release")
    assert quiet == "Release: no rule fired and 9,480 EUR to a new account elsewhere, 12 times the usual."


def test_the_template_names_rules_with_what_they_are_worth() -> None:
    rule = {
        "name": "R3",
        "bounds": [["night", ">=", 1.0]],
        "past": [8, 9],
        "precision": {"value": 0.9, "low": 0.6, "high": 0.98, "right": 9, "n": 10},
    }
    alert = {"said": ["At night."], "fired": ["R3"], "papers": "missing"}
    said = explained(alert, "escalate", [rule])
    assert said.startswith("Escalate: R3 fired (it was ordered at night); on later transfers 9 of 10")
    assert "the document that such an amount needs is missing" in said
    assert explained({**alert, "fired": [], "papers": ""}, "release", [rule]).startswith("Release: no rule fired.")
