"""Go through a world once, in the order of time: facts of all transfers, neighbourhoods of later alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kit.report import Report
from kit.verticals.finance.fact import NAMES
from kit.verticals.finance.facts import Table, facts_of
from kit.verticals.finance.graph import KnowledgeGraph
from kit.verticals.finance.monitor import ALERT, points
from kit.verticals.finance.neighbourhood import neighbourhood
from kit.verticals.finance.rule import Fires
from kit.verticals.finance.world.shape import DAY, World

_AT_ONCE = 500
WARM_UP = 14.0  # days


@dataclass(frozen=True, eq=False)
class Walked:
    """What was known of each transfer when it was ordered.

    Parameters
    ----------
    world : World
    table : array (transfers, facts)
    points : array of int
        Of the monitoring.
    split : float
        Hour from which transfers are held out.
    around : dict
        The neighbourhood of each later alert, by the place of its transfer.
    counts : dict
        Nodes and edges of the graph at the end, by kind.
    """

    world: World
    table: Table
    points: Any
    split: float
    around: dict[int, dict[str, Any]]
    counts: dict[str, int]

    @property
    def fraud(self) -> Fires:
        """Which transfers an investigation found to be fraud."""
        return np.array([each.label == "escalate" for each in self.world.transfers], dtype=bool)

    @property
    def known(self) -> Fires:
        """Which transfers have a label."""
        return np.array([bool(each.label) for each in self.world.transfers], dtype=bool)

    @property
    def later(self) -> Fires:
        """Which transfers are held out: later ones, but for those of rings that were at work before."""
        begun = {each.ring for each in self.world.transfers if each.ring and each.hour < self.split}
        return np.array([t.hour >= self.split and t.ring not in begun for t in self.world.transfers], dtype=bool)

    @property
    def earlier(self) -> Fires:
        """Which transfers are learnt from: earlier ones, but for the first days, when nobody has a past yet."""
        begin = min(WARM_UP, self.split / DAY / 3) * DAY
        return np.array([begin <= each.hour < self.split for each in self.world.transfers], dtype=bool)


def walk(world: World, *, test_share: float, report: Report) -> Walked:
    """Return what was known of each transfer; nothing is asked of the graph that it learns later."""
    graph = KnowledgeGraph(world.parties)
    split = round(world.days * (1 - test_share)) * DAY
    table = np.zeros((len(world.transfers), len(NAMES)))
    around: dict[int, dict[str, Any]] = {}
    for place, transfer in enumerate(world.transfers):
        table[place] = facts_of(graph, transfer)
        if transfer.hour >= split and points(table[place : place + 1])[0] >= ALERT:
            around[place] = neighbourhood(graph, transfer)
        graph.add(transfer)
        if place % _AT_ONCE == 0:
            report.check()
            report.progress("reading transfers", place, len(world.transfers), "transfers")
    return Walked(world, table, points(table), split, around, graph.counts())
