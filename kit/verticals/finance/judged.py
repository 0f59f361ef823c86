"""What rules are worth on transfers that came later: each rule, all together, and the rings they find.

Intervals are Wilson's. They take transfers as independent, which those of one ring are not: so rings are counted, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kit.measure.interval import wilson
from kit.verticals.finance.facts import Table
from kit.verticals.finance.group import groups_of
from kit.verticals.finance.rule import Fires, Rule, any_fires
from kit.verticals.finance.world.shape import Ring, Transfer


def share_of(right: int, n: int) -> dict[str, float | int]:
    """Return a share with its 95 % interval (Wilson) and what it rests on, as plain values."""
    low, high = wilson(right, n)
    return {"value": right / n if n else float("nan"), "low": low, "high": high, "right": right, "n": n}


def rule_numbers(rules: Sequence[Rule], table: Table, fraud: Fires) -> list[dict[str, Any]]:
    """Return for each rule its precision, its recall, how much it flags, and how much fraud none before it had.

    Parameters
    ----------
    rules : sequence of Rule
        In the order of the list.
    table, fraud : array
        Facts of later transfers, and what an investigation found.
    """
    seen = np.zeros(len(table), dtype=bool)
    found = []
    for rule in rules:
        fires = rule.fires(table)
        hits = fires & fraud
        found.append(
            {
                **rule.to_dict(),
                "precision": share_of(int(hits.sum()), int(fires.sum())),
                "recall": share_of(int(hits.sum()), int(fraud.sum())),
                "support": int(fires.sum()),
                "more": int((hits & ~seen).sum()),
            }
        )
        seen |= fires
    return found


def together(rules: tuple[Rule, ...], table: Table, fraud: Fires) -> dict[str, Any]:
    """Return precision and recall of all rules together."""
    fires = any_fires(rules, table)
    hits = int((fires & fraud).sum())
    return {"precision": share_of(hits, int(fires.sum())), "recall": share_of(hits, int(fraud.sum()))}


def rings_found(
    transfers: Sequence[Transfer], fires: Fires, rings: dict[str, Ring], kinds: dict[str, str]
) -> dict[str, Any]:
    """Return how many planted rings were found, and how many groups are rings.

    A group is right when at least half of its transfers belong to one ring; a ring is found when a group is right that
    is mostly of it.

    Parameters
    ----------
    transfers : sequence of Transfer
        Later ones only.
    fires : array of bool
        Which of them are flagged.
    rings : dict
        Those that have a transfer among them.
    kinds : dict
        The kind of each party.
    """
    of_rings = [bool(fired) for each, fired in zip(transfers, fires, strict=True) if each.ring in rings]
    groups = groups_of(transfers, [int(row) for row in np.flatnonzero(fires)], kinds)
    named = {group.ring for group in groups if group.right}
    hit = {ring: ring in named for ring in rings}
    return {
        "recall": share_of(sum(hit.values()), len(hit)),
        "precision": share_of(sum(group.right for group in groups), len(groups)),
        "transfers": {
            "recall": share_of(sum(of_rings), len(of_rings)),
            "precision": share_of(sum(of_rings), int(fires.sum())),
        },
        "kinds": {kind: _of(hit, [r for r in hit if rings[r].kind == kind]) for kind in _kinds(rings)},
        "careful": _of(hit, [ring for ring in hit if rings[ring].careful]),
        "hasty": _of(hit, [ring for ring in hit if not rings[ring].careful]),
    }


def _kinds(rings: dict[str, Ring]) -> list[str]:
    return sorted({ring.kind for ring in rings.values()})


def _of(hit: dict[str, bool], some: list[str]) -> dict[str, float | int]:
    return share_of(sum(hit[ring] for ring in some), len(some))
