"""A card is told whole, with the sources of what it says and what nobody has verified."""

from __future__ import annotations

import dataclasses

from kit.models import catalogue, details
from kit.models.details import unverified_words


def test_facts_scores_and_sources_are_told() -> None:
    card = catalogue()["llama-3.2-1b-instruct"]
    told = details(card)
    assert ("Parameters", "1,235,814,400") in told
    assert ("Context", "131072 tokens") in told
    assert ("Gated", "yes") in told
    assert ("Languages", "en, de, fr, it, pt, hi, es, th") in told
    (mmlu,) = [text for label, text in told if label == "MMLU"]
    assert mmlu == (
        "49.3 % (5-shot; Meta: meta-llama/llama-models (models/llama3_2/MODEL_CARD.md, instruction tuned models))"
    )
    assert [label for label, _text in told][-2:] == ["Source", "Source of terms"]


def test_what_is_not_verified_is_marked_where_it_stands_and_named_at_the_end() -> None:
    card = dataclasses.replace(catalogue()["llama-3.2-1b-instruct"], unverified=("licence", "released"))
    told = dict(details(card))
    assert told["Licence"] == "Llama 3.2 Community License (not verified)"
    assert told["Released"] == "2024-09 (not verified)"
    assert told["Not verified"] == unverified_words(card) == "Licence, Released"


def test_what_a_model_has_no_part_of_is_left_out() -> None:
    assert not {"Experts", "KV rank", "Sliding window", "Path"} & {
        label for label, _text in details(catalogue()["phi-4"])
    }
