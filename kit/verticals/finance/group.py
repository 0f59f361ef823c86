"""Rings that rules find: flagged transfers that hang together by an account or a device become one group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kit.verticals.finance.world.shape import DAY, Transfer

FEWEST = 3  # transfers of a group
_APART = 10 * DAY  # two transfers of one account that lie further apart are not tied by it


@dataclass(frozen=True)
class Group:
    """Flagged transfers that hang together.

    Parameters
    ----------
    rows : tuple of int
        Their places.
    ring : str
        The planted ring that most of them belong to, "" where that is none.
    right : bool
        Do at least half of them belong to that ring?
    """

    rows: tuple[int, ...]
    ring: str
    right: bool


def groups_of(transfers: Sequence[Transfer], rows: Sequence[int], kinds: dict[str, str]) -> list[Group]:
    """Return the groups among flagged transfers, in the order of their first.

    Two transfers are tied when they share sender, payee or device within ten days; merchants tie nobody.

    Parameters
    ----------
    transfers : sequence of Transfer
        In the order of time.
    rows : sequence of int
        The places of those that are flagged, ascending.
    kinds : dict
        The kind of each party.
    """
    parent = {row: row for row in rows}

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    last: dict[str, int] = {}
    for row in rows:
        each = transfers[row]
        for tie in (each.sender, each.payee, each.device):
            if not tie or kinds.get(tie) == "merchant":
                continue
            before = last.get(tie)
            if before is not None and each.hour - transfers[before].hour <= _APART:
                parent[root(row)] = root(before)
            last[tie] = row
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(root(row), []).append(row)
    return [_group(transfers, each) for each in found.values() if len(each) >= FEWEST]


def _group(transfers: Sequence[Transfer], rows: list[int]) -> Group:
    counts = Counter(transfers[row].ring for row in rows)
    ring, n = max(((ring, n) for ring, n in counts.items() if ring), key=lambda pair: pair[1], default=("", 0))
    return Group(tuple(rows), ring, n * 2 >= len(rows))
