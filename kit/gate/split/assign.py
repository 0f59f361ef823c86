"""Which row goes to which part: by label or at random, by group, by time.

Only `random.Random.random` is drawn from, whose sequence Python promises for every version: a spec means the same
division everywhere.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from kit.data.split import split_rows
from kit.errors import DataError
from kit.i18n import _

TRAIN = "train"


def by_unit(units: Sequence[int], labels: Sequence[str], shares: Mapping[str, float], seed: int) -> list[str]:
    """Return the part of each row, with about the same share of each label in all parts.

    Parameters
    ----------
    units : sequence of int
        Rows of one unit (which ask the same) stay together; it counts with the label of its first row.
    labels : sequence of str
        Of each row; the same for all at random.
    shares : mapping of str to float
        Of each part; "train" is the rest.
    seed : int

    Raises
    ------
    DataError
        Too few rows for a part.
    """
    first: dict[int, str] = {}
    for unit, label in zip(units, labels, strict=True):
        first.setdefault(unit, label)
    left, parts, rest = list(first), dict[int, str](), 1.0
    for place, (part, share) in enumerate(shares.items()):
        if part == TRAIN:
            continue
        kept, taken = split_rows([first[unit] for unit in left], share / rest, seed + place)
        parts |= {left[row]: part for row in taken}
        left, rest = [left[row] for row in kept], rest - share
    return [parts.get(unit, TRAIN) for unit in units]


def by_group(groups: Sequence[str], labels: Sequence[str], shares: Mapping[str, float], seed: int) -> list[str]:
    """Return the part of each row, no group in two of them, labels in equal shares as far as groups allow.

    Large groups are placed first, each where its labels are lacking most: where it brings the counts of labels nearest
    to the shares that were asked for.

    Parameters
    ----------
    groups, labels : sequence of str
        Of each row.
    shares : mapping of str to float
    seed : int
        Of the order of groups of one size.

    Raises
    ------
    DataError
        There are fewer groups than parts.
    """
    counts: dict[str, Counter[str]] = {}
    for group, label in zip(groups, labels, strict=True):
        counts.setdefault(group, Counter())[label] += 1
    if len(counts) < len(shares):
        problem = _("There are {n} groups for {parts} parts.").format(n=len(counts), parts=len(shares))
        raise DataError(problem, fix=_("Give more groups, or test data of its own."))
    totals = Counter(labels)
    lacking = {part: {label: share * n for label, n in totals.items()} for part, share in shares.items()}
    draw = random.Random(f"groups-{seed}")
    keys = {group: draw.random() for group in sorted(counts)}
    order = sorted(counts, key=lambda group: (-sum(counts[group].values()), keys[group]))
    parts: dict[str, str] = {}
    empty = list(shares)
    for place, group in enumerate(order):
        # The last groups go where nothing is yet: no part stays empty.
        open_parts = empty if len(order) - place <= len(empty) else list(shares)
        part = min(open_parts, key=lambda part: _worse(lacking[part], counts[group], totals))
        parts[group] = part
        empty = [each for each in empty if each != part]
        for label, n in counts[group].items():
            lacking[part][label] -= n
    return [parts[group] for group in groups]


def _worse(lacking: Mapping[str, float], counts: Mapping[str, int], totals: Mapping[str, int]) -> float:
    """Return by how much a group changes the squared distance of a part from its share; below 0 is better."""
    return sum(((lacking[label] - n) ** 2 - lacking[label] ** 2) / totals[label] for label, n in counts.items())


def by_time(moments: Sequence[float], shares: Mapping[str, float]) -> list[str]:
    """Return the part of each row: the latest are tested on, those before validate; one moment is in one part.

    Raises
    ------
    DataError
        There are fewer moments than parts.
    """
    order = sorted(range(len(moments)), key=moments.__getitem__)
    parts = [TRAIN] * len(moments)
    end = len(order)
    held = [part for part in ("test", "validation") if part in shares]
    for place, part in enumerate(held):
        start = _cut(order, moments, end, round(end - shares[part] * len(order)), after=len(held) - place)
        for row in order[start:end]:
            parts[row] = part
        end = start
    return parts


def _cut(order: Sequence[int], moments: Sequence[float], end: int, wanted: int, *, after: int) -> int:
    """Return the place nearest to `wanted`, below `end`, where one moment ends and another begins.

    `after` moments at least must stand before it, one for each part that is still to come.
    """
    ends = [place for place in range(1, end) if moments[order[place]] != moments[order[place - 1]]][after - 1 :]
    if not ends:
        problem = _("There are too few different times to divide the rows.")
        raise DataError(problem, fix=_("Name a column with finer times, or divide by label or group."))
    return min(ends, key=lambda place: abs(place - wanted))
