"""The bundled dataset: always the same, as hard as promised, and its labels follow from its facts."""

from __future__ import annotations

import math
import re
import time
from collections import Counter

import pytest

from kit.data import Dataset, datasets, load_data
from kit.data.alerts import phrases
from kit.data.alerts.draw import Draw
from kit.data.alerts.facts import Facts, draw_facts
from kit.data.alerts.make import NOISE, ROWS, make
from kit.data.alerts.weigh import disposition
from kit.data.alerts.wording import tell


@pytest.fixture(scope="module")
def alerts() -> Dataset:
    return load_data("finance-alerts")


def test_it_is_listed_with_its_card(alerts: Dataset) -> None:
    (bundled,) = datasets()
    assert bundled.name == "finance-alerts"
    assert bundled.labels == alerts.labels == ("release", "request", "escalate")
    for label, count in alerts.counts.items():
        assert re.search(rf"\| `{label}` \|.*\| {count} \|", bundled.card), f"the card tells another count of {label}"
    assert f"{len(alerts):,} rows" in bundled.card


def test_it_is_large_distinct_and_quick(alerts: Dataset) -> None:
    started = time.process_time()
    make()
    assert time.process_time() - started < 0.5
    assert len(alerts) == len(set(alerts.texts)) == ROWS >= 1_500
    assert min(alerts.counts.values()) >= 0.1 * ROWS
    assert max(map(len, alerts.texts)) < 700


def test_it_is_the_same_for_good(alerts: Dataset) -> None:
    """A change of the generator is a change of everybody's results: then change the version in its seed too."""
    assert alerts.hash == "9e3ebb940e0d586b97256e122edf233e6156126805fb5fe99b6f1360f02e7cf4"


def test_no_placeholder_is_left(alerts: Dataset) -> None:
    assert not [text for text in alerts.texts if "{" in text or "}" in text or ".." in text]


def test_tfidf_lands_between_070_and_090() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train, test = load_data("finance-alerts", split="train"), load_data("finance-alerts", split="test")
    baseline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=2_000))
    accuracy = baseline.fit(train.texts, train.answers).score(test.texts, test.answers)
    assert 0.70 < accuracy < 0.90
    (bundled,) = datasets()
    assert f"{accuracy:.2f}" in bundled.card


def test_labels_follow_from_facts_but_for_the_noise(alerts: Dataset) -> None:
    """The draws of the generator, made again: what the labels would be without noise."""
    draw = Draw("finance-alerts 1")
    asked = []
    for _row in range(ROWS):
        facts = draw_facts(draw)
        asked.append(disposition(facts))
        if draw.chance(NOISE):
            draw.one("abc")
        tell(facts, draw)
    wrong = sum(a != b for a, b in zip(asked, alerts.answers, strict=True))
    assert 0.5 * NOISE < wrong / ROWS < 1.5 * NOISE


def facts(**changes: object) -> Facts:
    calm = {
        "amount": 100,
        "currency": "EUR",
        "size": "usual",
        "payee": "known",
        "new_device": False,
        "young": False,
        "history": "none",
        "contact": "none",
        "papers": "none",
    }
    return Facts(**{**calm, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "release"),
        ({"new_device": True}, "release"),  # a new device alone is nothing
        ({"payee": "changed"}, "release"),  # nor is a new account of the payee
        ({"new_device": True, "payee": "changed"}, "escalate"),  # both are
        ({"new_device": True, "payee": "new"}, "release"),
        ({"payee": "new", "size": "large"}, "release"),
        ({"contact": "vouched", "size": "large"}, "release"),
        ({"contact": "unreached"}, "release"),
        ({"contact": "coached"}, "escalate"),
        ({"history": "cleared"}, "release"),
        ({"history": "confirmed"}, "escalate"),
        ({"papers": "missing"}, "request"),
        ({"papers": "missing", "payee": "new", "size": "large"}, "request"),
        ({"papers": "filed", "size": "raised"}, "release"),
        ({"papers": "missing", "history": "confirmed"}, "escalate"),  # fraud comes before papers
    ],
)
def test_the_weighing(changes: dict[str, object], label: str) -> None:
    assert disposition(facts(**changes)) == label


def test_payee_and_device_share_their_words() -> None:
    """Swapping which of the two is new changes the label, hardly the bag of words."""

    def words(**changes: object) -> set[str]:
        draw = Draw("words")
        texts = " ".join(tell(facts(**changes), draw) for _alert in range(300))
        return {word for word, n in Counter(re.findall(r"[a-z]+", texts.lower())).items() if n >= 10}

    new_payee, new_device = words(payee="new"), words(new_device=True)
    assert len(new_payee ^ new_device) <= 0.1 * len(new_payee | new_device)


@pytest.mark.parametrize("names", [phrases.PLACES, phrases.PAYEES, phrases.CHANNELS])
def test_places_and_names_tell_nothing(alerts: Dataset, names: tuple[str, ...]) -> None:
    """Each name is escalated as often as all are, within four standard deviations of a share."""
    overall = alerts.counts["escalate"] / len(alerts)
    for name in names:
        answers = [row["label"] for row in alerts.rows() if name in row["text"]]
        assert len(answers) >= 40
        share = answers.count("escalate") / len(answers)
        assert abs(share - overall) < 4 * math.sqrt(overall * (1 - overall) / len(answers))
