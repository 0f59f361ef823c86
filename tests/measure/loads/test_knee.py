"""Where more load buys waiting, on systems whose knee is known."""

from __future__ import annotations

import pytest

from kit.measure.loads.knee import Level, knee


def _levels(points: list[tuple[float, float]]) -> list[Level]:
    return [Level(f"{n} users at once", x, r) for n, (x, r) in enumerate(points, 1)]


def test_one_at_a_time_has_its_knee_at_one_user() -> None:
    assert knee(_levels([(10, 1), (10, 2), (10, 3)]))["level"] == 0


def test_a_machine_with_four_places_has_its_knee_at_four_users() -> None:
    found = knee(_levels([(10 * min(n, 4), max(n / 4, 1)) for n in range(1, 9)]))
    assert found["level"] == 3
    assert found["sentence"] == (
        "The knee is at 4 users at once (40 tokens/s, 1.0 s an answer); beyond it answers wait more than throughput "
        "grows: 5 users at once (40 tokens/s, 1.2 s an answer)."
    )


def test_a_queue_with_random_arrivals_has_its_knee_at_half_its_rate() -> None:
    """M/M/1 with one answer a second: response time 1 / (1 - rate), power rate * (1 - rate)."""
    rates = [0.1, 0.3, 0.5, 0.7, 0.9]
    levels = [Level(f"{rate} requests/s", rate, 1 / (1 - rate)) for rate in rates]
    assert rates[knee(levels)["level"]] == 0.5


def test_no_knee_is_made_up() -> None:
    sentence = knee(_levels([(10, 1), (20, 1), (40, 1.1)]))["sentence"]
    assert sentence.startswith("No knee was reached: the heaviest load is still the best use of time, 3 users")


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((1.0, 0.9, 0.4), "The limits are kept for 90% of the requests up to 2 users at once."),
        ((0.5, 1.0, 1.0), "No load keeps the limits for 90% of the requests."),
    ],
)
def test_limits_are_told_where_there_are_some(shares: tuple[float, ...], words: str) -> None:
    levels = [Level(f"{n} users at once", 10, n, share) for n, share in enumerate(shares, 1)]
    assert knee(levels)["sentence"].endswith(words)
