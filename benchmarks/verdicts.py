"""Whether verdicts keep what they promise: simulated evaluations, judged by the code that judges real ones.

``python -m benchmarks.verdicts --json`` prints one JSON object as its last line; each rate is over 10,000 draws:

- ``false_alarm_rate``: how often two variants that are equally good are called better or worse (600 rows of which 10 %
  tell the two apart); ``coverage``: how often the 95 % interval holds a true difference of 3 points
- ``bootstrap_false_alarm_rate``, ``bootstrap_coverage``: the same for scores like F1, of which three rows in ten differ
- ``mcnemar_max_diff``: the greatest difference of McNemar's exact p-value from SciPy's binomial test
- ``familywise_false_alarm_rate``: how often a sweep of a reference and 12 variants that are no better and no worse has
  any false winner or loser; ``uncorrected_familywise_rate``: what it would be without correction
- ``grid``: false alarms and coverage for other numbers of rows and shares of rows that differ; ``exact`` is what the
  exact test would call different. Where fewer than ten rows differ, silence is all that is possible.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from kit.measure.bootstrap import paired_means
from kit.measure.correction import holm, judge_one
from kit.measure.paired import PairedShares, mcnemar_exact

Draw = np.random.Generator
Numbers = npt.NDArray[np.float64]
ROWS, DIFFER, DIFFERENCE, VARIANTS, RIGHT = 600, 0.10, 0.03, 12, 0.8
F1_ROWS, F1_DIFFER, F1_DRAWS = 200, 0.3, 2000
GRID = [(n, differ) for n in (50, 100, 200, 600, 2000) for differ in (0.02, 0.05, 0.1, 0.2, 0.4)]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Whether verdicts keep what they promise.")
    parser.add_argument("--draws", type=int, default=10_000, help="of each simulation (10,000)")
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    options = parser.parse_args()
    began, draw = time.perf_counter(), np.random.default_rng(options.seed)
    alarms = rates(ROWS, DIFFER, 0.0, options.draws, draw)
    covered = rates(ROWS, DIFFER, DIFFERENCE, options.draws, draw)
    alone, together = sweeps(options.draws, draw)
    report = {
        "false_alarm_rate": alarms["called"],
        "coverage": covered["covered"],
        **bootstrapped(options.draws, options.seed),
        "mcnemar_max_diff": mcnemar_max_diff(draw),
        "familywise_false_alarm_rate": together,
        "uncorrected_familywise_rate": alone,
        "power_at_smallest": power(options.draws, draw),
        "grid": [on_the_grid(n, differ, options.draws, draw) for n, differ in GRID],
        "settings": {
            "draws": options.draws,
            "seed": options.seed,
            "rows": ROWS,
            "differ": DIFFER,
            "difference": DIFFERENCE,
            "variants": VARIANTS,
            "bootstrap_rows": F1_ROWS,
            "bootstrap_differ": F1_DIFFER,
            "bootstrap_draws": F1_DRAWS,
            "level": 0.95,
        },
    }
    for cell in report["grid"]:
        print("  ".join(f"{name} {value:<6}" for name, value in cell.items()))
    print(f"{time.perf_counter() - began:.0f} s")
    print(json.dumps(report))


@cache
def judged(only_new: int, only_reference: int, n: int) -> tuple[int, float, float]:
    """Return the side that a verdict takes and its interval."""
    found = judge_one(PairedShares(only_new, only_reference, n), 0.95)
    return found.side, found.low, found.high


def rates(n: int, differ: float, difference: float, draws: int, draw: Draw) -> dict[str, float]:
    """Return how many of `draws` samples are called different, and in how many the interval holds the truth."""
    tables, counts = tables_of(n, differ, difference, draws, draw)
    found = [judged(b, c, n) for b, c in tables]
    return {
        "called": share([side != 0 for side, _low, _high in found], counts),
        "covered": share([low <= difference <= high for _side, low, high in found], counts),
        "exact": share([mcnemar_exact(b, c) <= 0.05 for b, c in tables], counts),
    }


def tables_of(
    n: int, differ: float, difference: float, draws: int, draw: Draw
) -> tuple[list[tuple[int, int]], npt.NDArray[np.int64]]:
    """Return the different tables among `draws` samples of `n` rows, and how often each came."""
    cells = [(differ + difference) / 2, (differ - difference) / 2, 1 - differ]
    tables, counts = np.unique(draw.multinomial(n, cells, size=draws)[:, :2], axis=0, return_counts=True)
    return [(int(b), int(c)) for b, c in tables], counts


def share(yes: list[bool], counts: npt.NDArray[np.int64]) -> float:
    """Return the share of samples whose table says yes."""
    return round(float(np.average(yes, weights=counts)), 4)


def on_the_grid(n: int, differ: float, draws: int, draw: Draw) -> dict[str, float]:
    """Return the rates of one setting; the true difference is half of what the rows that differ allow."""
    null, apart = rates(n, differ, 0.0, draws, draw), rates(n, differ, differ / 2, draws, draw)
    return {
        "rows": n,
        "differ": differ,
        "false_alarm_rate": null["called"],
        "coverage": apart["covered"],
        "exact": null["exact"],
    }


def power(draws: int, draw: Draw) -> float:
    """Return how often the smallest difference that a verdict names is found: four times in five."""
    half = round(ROWS * DIFFER / 2)
    tables, counts = tables_of(ROWS, DIFFER, PairedShares(half, half, ROWS).smallest(0.95), draws, draw)
    return share([judged(b, c, ROWS)[0] > 0 for b, c in tables], counts)


def sweeps(draws: int, draw: Draw) -> tuple[float, float]:
    """Return how many sweeps have any false alarm, without correction and with Holm's.

    All variants of a sweep are compared with the same answers of the reference, so they err together.
    """
    right = draw.binomial(ROWS, RIGHT, size=draws)[:, None]
    lost = draw.binomial(right, DIFFER / 2 / RIGHT, size=(draws, VARIANTS))
    gained = draw.binomial(ROWS - right, DIFFER / 2 / (1 - RIGHT), size=(draws, VARIANTS))
    alone = together = 0
    for new, old in zip(gained.tolist(), lost.tolist(), strict=True):
        p_values = [decision_p(b, c) for b, c in zip(new, old, strict=True)]
        alone += min(p_values) <= 0.05
        together += min(holm(p_values)) <= 0.05
    return round(alone / draws, 4), round(together / draws, 4)


@cache
def decision_p(only_new: int, only_reference: int) -> float:
    """Return what the decision on one variant follows."""
    return PairedShares(only_new, only_reference, ROWS).decision_p


def mcnemar_max_diff(draw: Draw) -> float:
    """Return the greatest difference from SciPy over all small tables and some large ones."""
    tables = [(b, c) for b in range(40) for c in range(40) if b + c]
    tables += [(int(b), int(c)) for b, c in draw.integers(0, 3000, size=(100, 2)) + 1]
    return max(abs(mcnemar_exact(b, c) - float(binomtest(b, b + c, 0.5).pvalue)) for b, c in tables)


def bootstrapped(draws: int, seed: int) -> dict[str, float]:
    """Return false alarms and coverage of the bootstrap, on all cores."""
    cores = os.cpu_count() or 1
    sizes = [draws // cores + (place < draws % cores) for place in range(cores)]
    with ProcessPoolExecutor(cores) as pool:
        seeds = [seed + 1 + place for place in range(cores)]
        null = sum(pool.map(partial(missed, 0.0), sizes, seeds)) / draws
        apart = sum(pool.map(partial(missed, 0.2), sizes, seeds)) / draws
    return {"bootstrap_false_alarm_rate": round(null, 4), "bootstrap_coverage": round(1 - apart, 4)}


def missed(gain: float, draws: int, seed: int) -> int:
    """Return in how many of `draws` samples the interval does not hold the truth.

    Scores are 0 in one row of three, 1 in one of four, and between in the others. The second variant scores like the
    first in most rows and anew in the others, where the new one is `gain` better on the average.
    """
    draw, count = np.random.default_rng(seed), 0
    for sample in range(draws):
        first = f1_like(F1_ROWS, draw)
        anew = f1_like(F1_ROWS, draw)
        anew += (draw.random(F1_ROWS) < gain) * (1 - anew)  # right after all
        second = np.where(draw.random(F1_ROWS) < F1_DIFFER, anew, first)
        truth = F1_DIFFER * gain * (1 - MEAN_F1)
        low, high = paired_means(second, first, draws=F1_DRAWS, seed=sample).interval(0.95)
        count += not low <= truth <= high
    return count


MEAN_F1 = 0.25 + (1 - 1 / 3 - 0.25) * 0.5


def f1_like(n: int, draw: Draw) -> Numbers:
    """Return scores as F1 gives them: many 0, many 1."""
    kind: Any = draw.random(n)
    return np.where(kind < 1 / 3, 0.0, np.where(kind < 1 / 3 + 0.25, 1.0, draw.beta(2, 2, n)))


if __name__ == "__main__":
    main()
