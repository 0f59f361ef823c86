"""What is known of each metric, and how it is read off a result."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kit.plots.metrics import COSTS, METRICS, QUALITIES, Reading, measured_by_all, metric, read
from kit.result import Measurement, Result


@pytest.mark.parametrize(
    ("name", "value", "said", "typed"),
    [
        ("acc", 0.8034, "0.80", "80.3"),
        ("ttft_s", 0.0213, "21 ms", "21.3"),
        ("max_ram_mib", 3814.7, "4.0 GB", "4"),
        ("perplexity", 12.34, "12", "12.3"),
        ("energy_j_per_token", 0.51, "0.51 J", "0.51"),
        ("decode_tokens_per_s", 1943.0, "1,940 tok/s", "1943"),
    ],
)
def test_a_value_is_said_and_typed_in_the_units_of_people(name: str, value: float, said: str, typed: str) -> None:
    known = metric(name)
    assert (known.said(value), known.typed(value)) == (said, typed)
    assert known.meant(float(typed)) == pytest.approx(value, rel=5e-3)


def test_which_way_is_better_is_known_of_each() -> None:
    more = {name for name, known in METRICS.items() if known.more}
    assert {"acc", "macro_f1", "rouge_l", "same_top_p", "goodput", "output_throughput"} <= more
    assert not more & {"perplexity", "bits_per_byte", "brier_score", "ece", "kld_mean", "ttft_s", "max_ram_mib"}
    assert metric("acc").meets(0.8, 0.8)
    assert not metric("ttft_s").meets(0.3, 0.2)


def test_that_of_a_task_is_the_metric_after_the_stroke() -> None:
    known = metric("arc_easy/acc")
    assert (known.title, known.more, known.said(0.5)) == ("arc_easy: accuracy", True, "0.50")


def test_raw_samples_give_their_median_and_the_slow_end() -> None:
    samples = tuple(float(n) for n in range(1, 101))
    timed = Result(spec={}, measurements={n: Measurement(n, "s", samples) for n in ("e2el_s", "decode_tokens_per_s")})
    assert read(timed, "e2el_s") == Reading(50.5, 50.5, pytest.approx(95.05))
    assert read(timed, "decode_tokens_per_s") == Reading(50.5, pytest.approx(5.95), 50.5)
    assert read(timed, "acc") is None


def test_the_interval_of_a_share_stays_a_share_and_that_of_others_does_not() -> None:
    result = Result(spec={}, metrics={"acc": 0.99, "acc_stderr": 0.02, "perplexity": 9.0, "perplexity_stderr": 1.0})
    share, other = read(result, "acc"), read(result, "perplexity")
    assert share is not None
    assert other is not None
    assert (share.low, share.high) == (pytest.approx(0.9508, abs=1e-4), 1.0)
    assert other.high == pytest.approx(10.96, abs=1e-2)


def test_metrics_that_all_share_come_before_those_that_only_some_have(part: Callable[..., Result]) -> None:
    one, other = part("a", 0.8, 0.1), part("b", 0.7, 0.2)
    other.metrics["perplexity"] = 12.0
    assert measured_by_all([one, other], QUALITIES) == ["acc"]
    assert measured_by_all([one, other], COSTS) == ["e2el_s", "max_ram_mib"]
    del one.metrics["acc"]
    assert measured_by_all([one, other], QUALITIES) == ["acc", "perplexity"]
    one.metrics["arc_easy/acc"] = other.metrics["arc_easy/acc"] = 0.5
    assert measured_by_all([one, other], QUALITIES) == ["arc_easy/acc"]
