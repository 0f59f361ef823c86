"""The neighbourhood of one alert, as it was known when the transfer was ordered: few nodes, each with its part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kit.verticals.finance.graph import KnowledgeGraph, Move
from kit.verticals.finance.world.shape import DAY, Transfer

FEW = 5  # nodes for each part; how many more there are is told
_WEEK = 7 * DAY


def neighbourhood(graph: KnowledgeGraph, transfer: Transfer) -> dict[str, Any]:
    """Return nodes and edges around `transfer`, which is not in the graph yet, as plain values.

    Returns
    -------
    dict
        ``nodes``: id, kind, part ("sender", "payee", "device"; "source" paid the sender in a week, "giver" paid the
        payee, "outlet" was paid by the payee, "user" uses the device too, "way" lies on a way back) and days (age of
        the account, None where unknown). ``edges``: from, to, kind ("this", "pays", "uses"), amount, count.
        ``more``: how many further nodes each part has.
    """
    made = _Drawing(graph, transfer)
    made.node(transfer.sender, "sender")
    made.node(transfer.payee, "payee")
    made.edge(transfer.sender, transfer.payee, "this", transfer.amount, 1)
    for place, party in enumerate(path := graph.way_back(transfer)):
        made.node(party, "way")
        if place:
            made.pays(path[place - 1], party)
    since = transfer.hour - _WEEK
    made.part("source", graph.got(transfer.sender, since), into=transfer.sender)
    made.part("giver", graph.got(transfer.payee, since), into=transfer.payee)
    made.part("outlet", graph.sent(transfer.payee, since), out_of=transfer.payee)
    if transfer.device:
        made.device(transfer)
    return {"nodes": made.nodes, "edges": made.edges, "more": made.more}


class _Drawing:
    """Nodes and edges while they are collected; who has a part keeps it."""

    def __init__(self, graph: KnowledgeGraph, transfer: Transfer) -> None:
        self.graph, self.transfer = graph, transfer
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.more: dict[str, int] = {}
        self._known: set[str] = set()

    def node(self, id: str, part: str) -> None:
        if id in self._known:
            return
        self._known.add(id)
        about: dict[str, Any] = self.graph.graph.nodes[id] if id in self.graph.graph else {"kind": "device"}
        opened = about.get("opened", float("-inf"))
        days = max(round((self.transfer.hour - opened) / DAY), 0) if opened > float("-inf") else None
        self.nodes.append({"id": id, "kind": about["kind"], "part": part, "days": days})

    def edge(self, start: str, end: str, kind: str, amount: float, count: int) -> None:
        same = [each for each in self.edges if each["from"] == start and each["to"] == end]
        if not same:  # what these two did before is not drawn over this payment
            self.edges.append({"from": start, "to": end, "kind": kind, "amount": round(amount), "count": count})

    def pays(self, start: str, end: str) -> None:
        found = self.graph.graph.get_edge_data(start, end)
        self.edge(start, end, "pays", found["amount"], found["count"])

    def part(self, part: str, moves: Iterable[Move], *, into: str = "", out_of: str = "") -> None:
        """Take in who paid, or was paid by, one party in a week: the largest sums first."""
        sums: dict[str, list[float]] = {}
        for move in moves:
            sums.setdefault(move.other, []).append(move.amount)
        ordered = sorted(sums, key=lambda other: (-sum(sums[other]), other))
        shown = ordered[:FEW]
        for other in shown:
            self.node(other, part)
            start, end = (other, into) if into else (out_of, other)
            self.edge(start, end, "pays", sum(sums[other]), len(sums[other]))
        if len(ordered) > len(shown):
            self.more[part] = len(ordered) - len(shown)

    def device(self, transfer: Transfer) -> None:
        """Take in the device and who else has used it in 30 days."""
        users = [one for one in self.graph.users(transfer.device, transfer.hour - 30 * DAY) if one != transfer.sender]
        self.node(transfer.device, "device")
        self.edge(transfer.sender, transfer.device, "uses", 0, 1)
        for one in users[:FEW]:
            self.node(one, "user")
            self.edge(one, transfer.device, "uses", 0, 1)
        if len(users) > FEW:
            self.more["user"] = len(users) - FEW
