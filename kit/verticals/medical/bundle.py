"""The bundled rows: measurements of cells from breast lumps, in words, benign or malignant.

Breast Cancer Wisconsin (Diagnostic), Wolberg, Mangasarian, Street and Street 1993, as scikit-learn carries it. Of its
thirty measurements the ten means are told: with the ten worst ones beside them, a straight line through all of them is
right in 98 of 100 cases, and nothing would be left to learn from more examples.
"""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

from kit.i18n import _
from kit.verticals.need import need

LABELS = ("benign", "malignant")
INSTRUCTION = (
    "Measurements of cell nuclei from a breast lump. Is it benign or malignant? Answer with one of: benign, malignant."
)
GENERATION = 1  # counts up when the same seed gives other rows
MEASURED = 10  # the means; errors and worst values follow them
TEST_ROWS = 200
Row = dict[str, Any]


def make_rows(seed: int = 0) -> tuple[list[Row], list[Row]]:
    """Return the rows to learn from and the 200 to be asked, with the same shares of both labels.

    Parameters
    ----------
    seed : int, default 0
        Of the division; the rows themselves are given.

    Raises
    ------
    MissingPackageError
        scikit-learn, which carries the measurements, is not installed.
    """
    given = need("sklearn.datasets", _("The bundled measurements")).load_breast_cancer()
    names = [str(name).removeprefix("mean ") for name in given.feature_names[:MEASURED]]
    rows = [
        {"text": told(dict(zip(names, values, strict=False))), "label": str(given.target_names[label]), "sample": place}
        for place, (values, label) in enumerate(zip(given.data[:, :MEASURED].tolist(), given.target, strict=True))
    ]
    return _divided(rows, seed)


def told(measured: dict[str, float]) -> str:
    """Return measurements as a person writes them down, with three significant digits.

    >>> told({"radius": 14.127, "area": 654.89, "smoothness": 0.09636})
    'radius 14.1; area 655; smoothness 0.0964'
    """
    return "; ".join(f"{name} {_rounded(value)}" for name, value in measured.items())


def data_card() -> str:
    """Return what the bundled rows are, where they come from and how hard they are, as Markdown."""
    return (Path(__file__).parent / "card.md").read_text(encoding="utf-8")


def _rounded(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def _divided(rows: list[Row], seed: int) -> tuple[list[Row], list[Row]]:
    draw = random.Random(f"breast-{seed}")
    keys = [draw.random() for _row in rows]
    by_label: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(rows)), key=keys.__getitem__):
        by_label[rows[place]["label"]].append(place)
    share = TEST_ROWS / len(rows)
    test = {place for places in by_label.values() for place in places[: round(share * len(places))]}
    return [row for place, row in enumerate(rows) if place not in test], [rows[place] for place in sorted(test)]
