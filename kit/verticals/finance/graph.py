"""The knowledge graph: who uses which device and who pays whom, as it was known at one moment.

It grows transfer by transfer. Whatever is asked of it is answered from what was added before, so no feature can look
ahead: `facts` asks first and adds then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kit.i18n import _
from kit.verticals.finance.world.shape import Party, Transfer
from kit.verticals.need import need


class Move(NamedTuple):
    """Money that went by: when, to or from whom, how much, and whether these two had never met before."""

    hour: float
    other: str
    amount: float
    first: bool


class KnowledgeGraph:
    """Accounts, devices, merchants and counterparties as nodes of a networkx graph.

    Edges go from a sender to a payee (``kind="pays"``, with ``count``, ``amount`` and ``last``) and from an account to
    a device (``kind="uses"``, with ``first`` and ``last``). The nodes of parties hold what they sent and got in the
    order of time.

    Parameters
    ----------
    parties : mapping of str to Party
        Everybody who may appear.

    Raises
    ------
    MissingPackageError
        networkx is not installed.
    """

    def __init__(self, parties: Mapping[str, Party]) -> None:
        self.graph: Any = need("networkx", _("A knowledge graph")).DiGraph()
        for party in parties.values():
            self.graph.add_node(party.id, kind=party.kind, opened=party.opened, sent=[], got=[])

    def add(self, transfer: Transfer) -> None:
        """Take in what has just happened; transfers come in the order of time."""
        graph, hour, amount = self.graph, transfer.hour, transfer.amount
        pays = graph.get_edge_data(transfer.sender, transfer.payee)
        graph.nodes[transfer.sender]["sent"].append(Move(hour, transfer.payee, amount, pays is None))
        graph.nodes[transfer.payee]["got"].append(Move(hour, transfer.sender, amount, pays is None))
        if pays is None:
            graph.add_edge(transfer.sender, transfer.payee, kind="pays", count=1, amount=amount, last=hour)
        else:
            pays["count"] += 1
            pays["amount"] += amount
            pays["last"] = hour
        if transfer.device:
            self._log_in(transfer.sender, transfer.device, hour)

    def _log_in(self, account: str, device: str, hour: float) -> None:
        graph = self.graph
        if device not in graph:
            graph.add_node(device, kind="device")
        uses = graph.get_edge_data(account, device)
        if uses is None:
            graph.add_edge(account, device, kind="uses", first=hour, last=hour)
        else:
            uses["last"] = hour

    def knows(self, sender: str, payee: str) -> bool:
        """Has `sender` paid `payee` before?"""
        return bool(self.graph.has_edge(sender, payee))

    def sent(self, party: str, since: float) -> Iterator[Move]:
        """Yield what `party` has sent since then, the newest first."""
        return _since(self.graph.nodes[party]["sent"], since)

    def got(self, party: str, since: float) -> Iterator[Move]:
        """Yield what `party` has got since then, the newest first."""
        return _since(self.graph.nodes[party]["got"], since)

    def first_use(self, account: str, device: str) -> float | None:
        """Return when `account` used `device` for the first time, or None."""
        uses = self.graph.get_edge_data(account, device)
        return None if uses is None else float(uses["first"])

    def users(self, device: str, since: float) -> list[str]:
        """Return the accounts that have used `device` since then."""
        if device not in self.graph:
            return []
        edges = self.graph.pred[device].items()
        return [account for account, uses in edges if uses["last"] >= since]

    def way_back(self, transfer: Transfer, *, days: float = 14, hops: int = 5) -> list[str]:
        """Return by whom money of about this size came round from the payee to the sender, or [] where it did not.

        Parameters
        ----------
        transfer : Transfer
            Not added yet.
        days : float, default 14
            How far back.
        hops : int, default 5
            Transfers at most on the way.

        Returns
        -------
        list of str
            Payee first, sender last.
        """
        since, low, high = transfer.hour - days * 24, transfer.amount * 0.6, transfer.amount * 1.7
        came_from: dict[str, str] = {transfer.payee: ""}
        edge = [transfer.payee]
        for _hop in range(hops):
            reached = []
            for party in edge:
                for move in self.sent(party, since):
                    if move.other in came_from or not low <= move.amount <= high:
                        continue
                    came_from[move.other] = party
                    if move.other == transfer.sender:
                        return _path(came_from, transfer.sender)
                    reached.append(move.other)
            edge = reached
        return []

    def counts(self) -> dict[str, int]:
        """Return how many nodes of each kind there are, and how many edges of each."""
        found: dict[str, int] = {}
        for _node, kind in self.graph.nodes(data="kind"):
            found[kind] = found.get(kind, 0) + 1
        for _from, _to, kind in self.graph.edges(data="kind"):
            found[kind] = found.get(kind, 0) + 1
        return found


def _since(moves: list[Move], since: float) -> Iterator[Move]:
    for move in reversed(moves):
        if move.hour < since:
            return
        yield move


def _path(came_from: Mapping[str, str], end: str) -> list[str]:
    path = [end]
    while came_from[path[-1]]:
        path.append(came_from[path[-1]])
    return path[::-1]
