"""Fewer and fewer examples: each smaller set lies within the larger ones, and all have the same share of each label."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

SIZES = (16, 32, 64, 128, 256, 512, 1024)
QUICK_SIZES = (8,)


def nested_order(answers: Sequence[str], seed: int) -> list[int]:
    """Return the rows in an order whose every beginning holds about the same share of each label.

    Parameters
    ----------
    answers : sequence of str
        The label of each row; the same for all where there are none.
    seed : int
        Another seed, other rows first.
    """
    draw = random.Random(f"nested-{seed}")
    keys = [draw.random() for _row in answers]
    by_label: dict[str, list[int]] = defaultdict(list)
    for row in sorted(range(len(answers)), key=keys.__getitem__):
        by_label[answers[row]].append(row)
    # A label with n rows has its k-th at (k + 1/2) / n of the way: so all are spread alike.
    spread = [((k + 0.5) / len(rows), label, row) for label, rows in by_label.items() for k, row in enumerate(rows)]
    return [row for _at, _label, row in sorted(spread)]


def sizes_for(rows: int, labels: int, *, quick: bool) -> tuple[int, ...]:
    """Return the numbers of examples below `rows` that a learning curve has; `rows` itself is its last point."""
    least = max(2 * labels, 4)
    return tuple(size for size in (QUICK_SIZES if quick else SIZES) if least <= size <= rows * 0.75)
