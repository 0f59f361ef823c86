"""Facts of transfers: nothing looks ahead, and each is what a second, plain computation says."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from kit.verticals.finance.fact import FACTS, NAMES, words
from kit.verticals.finance.facts import all_facts
from kit.verticals.finance.graph import KnowledgeGraph
from kit.verticals.finance.world import LIMIT, Party, Transfer, World

DAY = 24.0


def test_what_comes_later_changes_nothing(small: World) -> None:
    """Cut off, or turned upside down: what was known of the earlier transfers stays the same."""
    table, _graph = all_facts(small.parties, small.transfers)
    cut = len(small.transfers) // 2
    before, _graph = all_facts(small.parties, small.transfers[:cut])
    assert np.array_equal(table[:cut], before)
    changed = [
        replace(t, amount=t.amount * 50, payee=small.transfers[0].payee, sender=t.sender, device="D-9999", label="")
        if t.sender != small.transfers[0].payee
        else t
        for t in small.transfers[cut:]
    ]
    other, _graph = all_facts(small.parties, [*small.transfers[:cut], *changed])
    assert np.array_equal(table[:cut], other[:cut])
    assert not np.array_equal(table[cut:], other[cut:])


def test_no_fact_reads_what_an_investigation_found(small: World) -> None:
    blind = [replace(t, label="", ring="", story="") for t in small.transfers[:800]]
    seen, _graph = all_facts(small.parties, small.transfers[:800])
    unseen, _graph = all_facts(small.parties, blind)
    assert np.array_equal(seen, unseen)


def plain(past: list[Transfer], now: Transfer, parties: dict[str, Party]) -> dict[str, float]:
    """Compute the facts again from a list, without a graph."""
    sent = [t for t in past if t.sender == now.sender]
    to_payee = [t for t in past if t.payee == now.payee]
    uses = [t for t in past if t.device == now.device]
    own = [t for t in uses if t.sender == now.sender]

    def last(some: list[Transfer], days: float) -> list[Transfer]:
        return [t for t in some if t.hour >= now.hour - days * DAY]

    def new(t: Transfer, before: list[Transfer]) -> bool:
        return not any(o.sender == t.sender and o.payee == t.payee for o in before)

    strangers = {t.sender for t in last(to_payee, 2) if new(t, past[: past.index(t)])}
    strangers |= {now.sender} if new(now, past) else set()
    usual = max(median([t.amount for t in sent[-20:]]), 1.0) if len(sent) >= 3 else now.amount
    opened = parties[now.sender].opened
    got = sum(t.amount for t in last([t for t in past if t.payee == now.payee], 7))
    gone = sum(t.amount for t in last([t for t in past if t.sender == now.payee], 7))
    mine = sum(t.amount for t in last([t for t in past if t.payee == now.sender], 2))
    left = sum(t.amount for t in last(sent, 2)) + now.amount

    def near(some: list[Transfer]) -> int:
        return sum(0.9 * LIMIT <= t.amount < LIMIT for t in some)

    return {
        "amount": now.amount,
        "times_usual": round(now.amount / usual, 1),
        "new_payee": float(new(now, past)),
        "device_days": round((now.hour - own[0].hour) / DAY, 1) if own else (0.0 if sent else 1.0),
        "device_accounts": float(len({now.sender, *(t.sender for t in last(uses, 30))})),
        "sender_days": min(round((now.hour - opened) / DAY, 1), 3650.0),
        "sent_day": 1.0 + len(last(sent, 1)),
        "payee_senders": float(len({now.sender, *(t.sender for t in last(to_payee, 2))})),
        "payee_strangers": float(len(strangers)),
        "payee_passed_on": round(min(100 * gone / got, 100.0)) if got else 0.0,
        "passing_on": 0.0 if mine < now.amount / 2 else round(min(100 * left / mine, 100.0)),
        "near_limit": float(max(near(last(sent, 7)), near(last(to_payee, 7))) + near([now])),
        "night": float(now.hour % DAY < 6),
    }


def test_facts_are_what_a_plain_computation_says(small: World) -> None:
    table, _graph = all_facts(small.parties, small.transfers)
    of_rings = [place for place, t in enumerate(small.transfers) if t.ring][::7]
    for place in sorted({*range(40, len(small.transfers), 149), *of_rings}):
        wanted = plain(list(small.transfers[:place]), small.transfers[place], small.parties)
        found = dict(zip(NAMES, table[place], strict=True))
        assert {name: found[name] for name in wanted} == pytest.approx(wanted), small.transfers[place]


def circle_of(amounts: list[float], hours: list[float]) -> float:
    """Return what is known of circles at the last payment of A → B → C → A."""
    ids = ("A", "B", "C")
    parties = {id: Party(id=id, kind="person", opened=0.0) for id in ids}
    transfers = [
        Transfer(id=f"T{n}", hour=hour, sender=ids[n % 3], payee=ids[(n + 1) % 3], device="D", amount=amount)
        for n, (amount, hour) in enumerate(zip(amounts, hours, strict=True))
    ]
    table, _graph = all_facts(parties, transfers)
    return float(table[-1, NAMES.index("circle")])


def test_a_circle_is_closed_by_money_of_about_the_same_size_in_time() -> None:
    assert circle_of([1000, 970, 950], [10, 20, 30]) == 3
    assert circle_of([1000, 970], [10, 20]) == 0
    assert circle_of([1000, 20, 950], [10, 20, 30]) == 0
    assert circle_of([1000, 970, 950], [10, 20, 20 + 15 * DAY]) == 0


def test_the_way_back_agrees_with_networkx(small: World) -> None:
    """Where all money counts as of one size, the shortest way back is that of networkx."""
    import networkx

    transfers = [replace(t, amount=100.0) for t in small.transfers[:1500]]
    graph = KnowledgeGraph(small.parties)
    for transfer in transfers[:-200]:
        graph.add(transfer)
    pays = networkx.DiGraph((a, b) for a, b, kind in graph.graph.edges(data="kind") if kind == "pays")
    checked = 0
    for transfer in transfers[-200:]:
        path = graph.way_back(transfer, days=10_000, hops=60)
        ends = transfer.payee in pays and transfer.sender in pays
        there = ends and networkx.has_path(pays, transfer.payee, transfer.sender)
        wanted = networkx.shortest_path_length(pays, transfer.payee, transfer.sender) if there else None
        assert (len(path) - 1 if path else None) == wanted
        checked += bool(path)
    assert checked > 5


def test_the_graph_counts_its_nodes(small: World) -> None:
    _table, graph = all_facts(small.parties, small.transfers)
    counts = graph.counts()
    assert counts["pays"] == len({(t.sender, t.payee) for t in small.transfers})
    assert counts["uses"] == len({(t.sender, t.device) for t in small.transfers})
    assert counts["device"] == len({t.device for t in small.transfers})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("op", [">=", "<"])
def test_every_bound_reads_as_a_clause(name: str, op: str) -> None:
    said = words(name, op, FACTS[name].bound(2.0))
    assert "{" not in said
    assert said[0].islower() or said[0].isdigit()
    assert not said.endswith(".")
