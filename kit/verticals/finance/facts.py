"""Facts of each transfer from the past alone: everything is asked of the graph before the transfer is added to it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
import numpy.typing as npt

from kit.verticals.finance.fact import NAMES
from kit.verticals.finance.graph import KnowledgeGraph
from kit.verticals.finance.world.shape import DAY, LIMIT, Party, Transfer

NEAR = 0.9  # of the limit, from which an amount is just below it
_LAST = 20  # transfers by which the usual amount is known
_OLDEST = 3_650.0  # days; older accounts and devices are all old

Table = npt.NDArray[np.float64]


def facts_of(graph: KnowledgeGraph, transfer: Transfer) -> tuple[float, ...]:
    """Return what was known when `transfer` was ordered, in the order of `NAMES`."""
    sender, payee, hour, amount = transfer.sender, transfer.payee, transfer.hour, transfer.amount
    new = not graph.knows(sender, payee)
    strangers, senders = _senders(graph, transfer, new)
    path = graph.way_back(transfer) if graph.graph.nodes[payee]["sent"] else []
    return (
        amount,
        round(amount / _usual(graph, transfer), 1),
        float(new),
        float(graph.graph.nodes[payee]["kind"] == "merchant"),
        _device_days(graph, transfer),
        float(len({sender, *graph.users(transfer.device, hour - 30 * DAY)})),
        _days_old(graph.graph.nodes[sender]["opened"], hour),
        1.0 + sum(1 for _move in graph.sent(sender, hour - DAY)),
        float(senders),
        float(strangers),
        _passed_on(graph, payee, hour),
        _passing_on(graph, transfer),
        _near_limit(graph, transfer),
        float(len(path)),
        float(hour % DAY < 6),
    )


def all_facts(parties: dict[str, Party], transfers: Sequence[Transfer]) -> tuple[Table, KnowledgeGraph]:
    """Return the facts of all transfers, one row each, and the graph after the last one.

    Parameters
    ----------
    parties : dict
        By id.
    transfers : sequence of Transfer
        In the order of time.
    """
    graph = KnowledgeGraph(parties)
    table = np.zeros((len(transfers), len(NAMES)))
    for row, transfer in enumerate(transfers):
        table[row] = facts_of(graph, transfer)
        graph.add(transfer)
    return table, graph


def _usual(graph: KnowledgeGraph, transfer: Transfer) -> float:
    """Return the median of what the sender sent last; of a sender with fewer than three transfers, this amount."""
    last = graph.graph.nodes[transfer.sender]["sent"][-_LAST:]
    return max(median(move.amount for move in last), 1.0) if len(last) >= 3 else transfer.amount


def _device_days(graph: KnowledgeGraph, transfer: Transfer) -> float:
    """Return for how many days the sender has used the device; 0 for a new one, 1 for the first that there ever was."""
    if not transfer.device:
        return _OLDEST
    first = graph.first_use(transfer.sender, transfer.device)
    if first is None:
        return 0.0 if graph.graph.nodes[transfer.sender]["sent"] else 1.0
    return round((transfer.hour - first) / DAY, 1)


def _days_old(opened: float, hour: float) -> float:
    return min(round((hour - opened) / DAY, 1), _OLDEST) if opened > float("-inf") else _OLDEST


def _senders(graph: KnowledgeGraph, transfer: Transfer, new: bool) -> tuple[int, int]:
    """Return how many paid the payee for the first time in two days, and how many paid at all, with this one."""
    moves = list(graph.got(transfer.payee, transfer.hour - 2 * DAY))
    everyone = {transfer.sender, *(move.other for move in moves)}
    strangers = {move.other for move in moves if move.first} | ({transfer.sender} if new else set())
    return len(strangers), len(everyone)


def _passed_on(graph: KnowledgeGraph, payee: str, hour: float) -> float:
    """Return the share, in percent, of what the payee got in a week that it sent on; 0 where it got nothing."""
    got = sum(move.amount for move in graph.got(payee, hour - 7 * DAY))
    sent = sum(move.amount for move in graph.sent(payee, hour - 7 * DAY))
    return round(min(100 * sent / got, 100.0)) if got else 0.0


def _passing_on(graph: KnowledgeGraph, transfer: Transfer) -> float:
    """Return how much, in percent, of what the sender got in two days is gone with this; 0 where it got less than half
    of this."""
    since = transfer.hour - 2 * DAY
    got = sum(move.amount for move in graph.got(transfer.sender, since))
    if got < transfer.amount / 2:
        return 0.0
    sent = sum(move.amount for move in graph.sent(transfer.sender, since)) + transfer.amount
    return round(min(100 * sent / got, 100.0))


def _near_limit(graph: KnowledgeGraph, transfer: Transfer) -> float:
    """Return how many transfers of the sender, or to the payee, lay just below the limit in a week, with this one."""
    since = transfer.hour - 7 * DAY
    near = sum(NEAR * LIMIT <= move.amount < LIMIT for move in graph.sent(transfer.sender, since))
    other = sum(NEAR * LIMIT <= move.amount < LIMIT for move in graph.got(transfer.payee, since))
    return float(max(near, other) + (NEAR * LIMIT <= transfer.amount < LIMIT))
