"""A run in the words of a list."""

from __future__ import annotations

import time

import pytest

from kit.jobs import Summary
from kit.widgets.running.words import ago, figure, kind_words, state_words, title, took, value_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86_400, "1 d ago"),
    ],
)
def test_how_long_ago(seconds: float, words: str) -> None:
    assert ago(1e9, 1e9 + seconds) == words


def test_after_a_week_the_date_counts() -> None:
    assert ago(1e9, 1e9 + 8 * 86_400) == time.strftime("%Y-%m-%d", time.localtime(1e9))


@pytest.mark.parametrize(
    ("figures", "key"),
    [
        ({}, None),
        ({"loss": 0.4}, ("loss", 0.4, "")),
        ({"loss": 0.4, "validation_loss": 0.5, "validation_accuracy": 0.8}, ("val. accuracy", 0.8, "")),
        ({"validation_accuracy": 0.8, "acc": 0.7}, ("accuracy", 0.7, "")),
        ({"fp32/acc": 0.81, "bf16/acc": 0.8}, ("best accuracy", 0.81, "fp32")),
        ({"fp32/acc": 0.81}, ("accuracy", 0.81, "fp32")),
        ({"a/perplexity": 12.0, "b/perplexity": 11.0}, ("best perplexity", 11.0, "b")),
    ],
)
def test_the_key_figure(figures: dict[str, float], key: object) -> None:
    assert figure(Summary(id="x", figures=figures)) == key


def test_shares_and_other_numbers_are_written_differently() -> None:
    assert (value_words("best accuracy", 0.8123), value_words("perplexity", 12.34)) == ("0.81", "12")


@pytest.mark.parametrize(
    ("model", "data", "words"),
    [
        ("hub/Qwen3-0.6B", "/data/alerts.csv", "Qwen3-0.6B · alerts.csv"),
        ("run:20261122-115210-tune-kqzd", "x", "tuned in kqzd · x"),
        ("m", "", "m"),
        ("", "", "unnamed"),
        ("C:\\models\\m\\", "", "m"),
    ],
)
def test_what_a_run_works_on(model: str, data: str, words: str) -> None:
    assert title(Summary(id="x", model=model, data=data)) == words


def test_what_nobody_foresaw_is_shown_as_it_is() -> None:
    assert kind_words("distil") == "distil"
    assert state_words("paused") == ("paused", "")


def test_how_long_it_took() -> None:
    assert took(Summary(id="x"), None) == "–"
    assert took(Summary(id="x", state="finished"), 110.0) == "1 min 50 s"
    assert took(Summary(id="x", state="finished"), 0.021) == "21 ms"
    assert took(Summary(id="x", state="running"), 110.4) == "1 min 50 s"
    assert took(Summary(id="x", state="queued"), 0.02) == "–"  # what it said before it had to wait
