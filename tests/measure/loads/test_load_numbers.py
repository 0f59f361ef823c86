"""Numbers of a load by their definitions, reckoned by hand from times that are given."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import KitError
from kit.measure.loads.numbers import Timed, numbers
from kit.measure.loads.request import Outcome

# Asked at 0, 1 and 2 s; first tokens after 0.5, 1 and 2 s; then a token each 0.1, 0.2 and 0.4 s.
OUTCOMES = [
    Outcome(0, 0.0, (0.5, 0.6, 0.7), 3, 10),
    Outcome(1, 1.0, (2.0, 2.2, 2.4), 3, 20),
    Outcome(2, 2.0, (4.0, 4.4, 4.8), 3, 30),
]


def _numbers(outcomes: list[Outcome], **options: Any) -> Timed:
    given: dict[str, Any] = {"shape": "a load", "new_tokens": 3, "limits": {}, "prompt_tokens": lambda number: None}
    return numbers(outcomes, **{**given, **options})


def test_definitions() -> None:
    found = _numbers(OUTCOMES)
    samples = {name: list(measurement.samples) for name, measurement in found.measurements.items()}
    assert samples == {
        "ttft_s": pytest.approx([0.5, 1.0, 2.0]),
        "itl_s": pytest.approx([0.1, 0.1, 0.2, 0.2, 0.4, 0.4]),
        "tpot_s": pytest.approx([0.1, 0.2, 0.4]),
        "e2el_s": pytest.approx([0.7, 1.4, 2.8]),
        "prefill_tokens_per_s": pytest.approx([20, 20, 15]),
        "decode_tokens_per_s": pytest.approx([10, 5, 2.5]),
    }
    assert found.metrics == {
        **{name: found.measurements[name].p50 for name in samples},
        "request_throughput": pytest.approx(3 / 4.8),
        "output_throughput": pytest.approx(9 / 4.8),
    }
    assert {name: m.unit for name, m in found.measurements.items()} == {
        **dict.fromkeys(("ttft_s", "itl_s", "tpot_s", "e2el_s"), "s"),
        **dict.fromkeys(("prefill_tokens_per_s", "decode_tokens_per_s"), "tokens/s"),
    }
    assert found.measurements["tpot_s"].counts == (
        "one request, a load, prompt from the data, 3 new tokens, the first left out"
    )
    assert found.measurements["decode_tokens_per_s"].counts.startswith("derived")


@pytest.mark.parametrize(
    ("limits", "good"),
    [
        ({"ttft_s": 1.0}, 2),
        ({"tpot_s": 0.15}, 1),
        ({"e2el_s": 3.0}, 3),
        ({"ttft_s": 1.0, "tpot_s": 0.15, "e2el_s": 3.0}, 1),
        ({"ttft_s": 0.1}, 0),
    ],
)
def test_goodput_counts_answers_that_keep_every_limit(limits: dict[str, float], good: int) -> None:
    found = _numbers(OUTCOMES, limits=limits).metrics
    assert found["goodput_share"] == pytest.approx(good / 3)
    assert found["goodput"] == pytest.approx(good / 4.8)


def test_failures_are_counted_and_have_no_times() -> None:
    broken = [
        Outcome(3, 3.0, (3.5,), failure=KitError("It broke.", fix="Mend it.")),
        Outcome(4, 3.0, failure=KitError("Too much.")),
        Outcome(5, 3.0, failure=KitError("Too much.")),
    ]
    found = _numbers([*OUTCOMES, *broken], limits={"e2el_s": 3.0})
    assert (found.facts["requests"], found.facts["failed"]) == (6, 3)
    assert found.facts["failures"] == {"Too much.": 2, "It broke. Mend it.": 1}
    assert next(iter(found.facts["failures"])) == "Too much."
    assert found.measurements == _numbers(OUTCOMES).measurements
    assert found.metrics["request_throughput"] == pytest.approx(3 / 4.8)
    assert found.metrics["goodput_share"] == pytest.approx(3 / 6)
    with pytest.raises(KitError, match="It broke"):
        _numbers(broken)


def test_answers_of_other_lengths_than_asked_for_are_told() -> None:
    short = [Outcome(0, 0.0, (0.5,), 1, 10), Outcome(1, 0.0, (0.5, 0.7), 2, 10)]
    found = _numbers([*short, *OUTCOMES])
    assert found.facts["short_answers"] == 2
    assert len(found.measurements["tpot_s"].samples) == 4  # a single token has no time after the first
    alone = _numbers(short[:1]).measurements
    assert "tpot_s" not in alone
    assert "itl_s" not in alone


def test_a_server_that_counts_is_believed_about_tokens() -> None:
    lumps = [Outcome(0, 0.0, (1.0, 2.0), 11, 10, counted=True)]  # two pieces of several tokens
    found = _numbers(lumps)
    assert found.measurements["tpot_s"].samples == pytest.approx((0.1,))
    assert found.measurements["itl_s"].samples == pytest.approx((1.0,))
    assert found.metrics["output_throughput"] == pytest.approx(5.5)
    assert found.facts["tokens_counted"] == "by the server"
    assert _numbers(OUTCOMES).facts["tokens_counted"] == "piece by piece as they came"
    assert _numbers([*OUTCOMES, *lumps]).facts["tokens_counted"] == "by the server for 1 answers"


def test_prompts_are_counted_where_the_server_did_not() -> None:
    found = _numbers([Outcome(7, 0.0, (0.5, 0.6), 2)], prompt_tokens=lambda number: number * 10)
    assert found.measurements["prefill_tokens_per_s"].samples == pytest.approx((140,))
    assert "prefill_tokens_per_s" not in _numbers([Outcome(7, 0.0, (0.5, 0.6), 2)]).measurements


def test_it_comes_back_from_the_ledger_as_it_was() -> None:
    found = _numbers(OUTCOMES, limits={"ttft_s": 1.0})
    assert Timed.from_dict(found.to_dict()) == found
