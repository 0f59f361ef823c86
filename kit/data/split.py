"""Seeded splits and samples that keep the share of each label.

Only `random.Random.random` is used: Python promises its sequence for every version and machine, which it does not
for `shuffle` and `sample`, nor numpy for its generators. So a spec means the same rows everywhere, for good.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from kit.errors import DataError
from kit.i18n import _


def split_rows(answers: Sequence[str], test_share: float, seed: int) -> tuple[list[int], list[int]]:
    """Divide rows into a train and a test part with the same share of each label.

    Every label keeps at least one row in the train part; one that has a single row is only there.

    Parameters
    ----------
    answers : sequence of str
        The label of each row; the same for all where there are none.
    test_share : float
        Above 0 and below 1.
    seed : int
        Another seed, another division.

    Returns
    -------
    train, test : list of int
        Positions of rows, ascending; every row in exactly one.

    Raises
    ------
    DataError
        No label has two rows, or there is a single row.
    """
    groups = _shuffled(answers, f"split-{seed}")
    if len(answers) < 2:
        raise DataError(_("A single row cannot be divided."), fix=_("Give more rows, or test data of its own."))
    if len(groups) == len(answers):
        problem = _("No label has two rows, so none can be spared for a test part.")
        raise DataError(problem, fix=_("Give more rows for each label, or test data of its own."))
    most = {label: len(rows) - 1 for label, rows in groups.items()}
    total = max(1, round(len(answers) * test_share))
    counts = _apportion({label: len(rows) for label, rows in groups.items()}, total, most=most)
    test = sorted(row for label, rows in groups.items() for row in rows[: counts[label]])
    train = sorted(row for label, rows in groups.items() for row in rows[counts[label] :])
    return train, test


def sample_rows(answers: Sequence[str], limit: int, seed: int) -> list[int]:
    """Choose `limit` rows with the same share of each label, and at least one row of each.

    A larger `limit` with the same seed need not hold the rows of a smaller one.

    Parameters
    ----------
    answers : sequence of str
        The label of each row.
    limit : int
        At least the number of labels; as many as there are rows or more returns all.
    seed : int
        Another seed, other rows.

    Returns
    -------
    list of int
        Positions of rows, ascending.
    """
    if limit >= len(answers):
        return list(range(len(answers)))
    groups = _shuffled(answers, f"sample-{seed}")
    sizes = {label: len(rows) for label, rows in groups.items()}
    counts = _apportion(sizes, limit, most=sizes, least=1)
    return sorted(row for label, rows in groups.items() for row in rows[: counts[label]])


def _shuffled(answers: Sequence[str], seed: str) -> dict[str, list[int]]:
    """Return the rows of each label in a seeded order; the labels themselves sorted."""
    draw = random.Random(seed)
    keys = [draw.random() for _row in answers]
    groups: dict[str, list[int]] = {label: [] for label in sorted(set(answers))}
    for row in sorted(range(len(answers)), key=keys.__getitem__):
        groups[answers[row]].append(row)
    return groups


def _apportion(sizes: dict[str, int], total: int, *, most: dict[str, int], least: int = 0) -> dict[str, int]:
    """Divide `total` in proportion to `sizes`: whole parts first, then one each by largest remainder."""
    whole = sum(sizes.values())
    exact = {label: total * size / whole for label, size in sizes.items()}
    counts = {label: min(max(int(exact[label]), least), most[label]) for label in sizes}
    while sum(counts.values()) < total:
        open_labels = [label for label in sizes if counts[label] < most[label]]
        if not open_labels:
            break
        counts[max(open_labels, key=lambda label: exact[label] - counts[label])] += 1
    while sum(counts.values()) > total:  # `least` gave rare labels more than their share
        counts[min((c for c in counts if counts[c] > least), key=lambda label: exact[label] - counts[label])] -= 1
    return counts
