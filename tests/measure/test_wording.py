"""Exact match, F1 and ROUGE-L against SQuAD's code in lm-evaluation-harness and against the rouge-score package."""

from __future__ import annotations

import itertools

import pytest
from lm_eval.tasks.super_glue.record import t5_utils
from rouge_score import rouge_scorer

from kit.measure.wording import SCORES, exact_match, f1, plain_words, rouge_l, words

ENGLISH = (
    "The U.S. Army",
    "us army",
    "An apple a day keeps the doctor away.",
    "Apples keep a doctor away, day by day!",
    "42",
    "about 42 km/h",
    "the",
    "Theatre, an art (of sorts)",
    "a day, a day, a day",
    "!?",
)
PAIRS = list(itertools.product(ENGLISH, repeat=2))


@pytest.mark.parametrize("pair", PAIRS, ids=range(len(PAIRS)))
def test_exact_match_and_f1_are_those_of_squad(pair: tuple[str, str]) -> None:
    answer, right = pair
    item = [(answer, f"0_{right}")]
    assert exact_match(answer, [right]) == t5_utils.squad_em_agg(item)
    if plain_words(answer) or plain_words(right):  # of two empty ones that code says 0, and SQuAD's own 1
        assert f1(answer, [right]) == pytest.approx(t5_utils.squad_f1_agg(item))


@pytest.mark.parametrize("pair", PAIRS, ids=range(len(PAIRS)))
def test_rouge_l_is_that_of_rouge_score(pair: tuple[str, str]) -> None:
    answer, right = pair
    expected = rouge_scorer.RougeScorer(["rougeL"]).score(right, answer)["rougeL"].fmeasure
    assert rouge_l(answer, [right]) == pytest.approx(expected)


def test_order_counts_for_rouge_only() -> None:
    assert f1("one two three four", ["four three two one"]) == 1
    assert rouge_l("one two three four", ["four three two one"]) == pytest.approx(1 / 4)


def test_scripts_without_blanks_count_characters() -> None:
    assert words("头痛3天，发热。") == list("头痛3天发热")
    assert exact_match("头痛。", ["头痛"]) == 1
    assert f1("头痛三天", ["头痛两天"]) == pytest.approx(3 / 4)
    assert rouge_l("发热头痛", ["头痛发热"]) == pytest.approx(2 / 4)
    assert rouge_l("มี ไข้", ["มีไข้"]) == 1


def test_letters_of_other_scripts_are_letters() -> None:
    assert words("Straße, Été हिन्दी") == ["straße", "été", "हिन्दी"]
    assert f1("la « Straße »", ["La Straße"]) == 1


@pytest.mark.parametrize("name", SCORES)
def test_the_nearest_right_answer_counts(name: str) -> None:
    assert SCORES[name]("two", ["one", "two", "one two"]) == 1
    assert SCORES[name]("", ["one"]) == 0
