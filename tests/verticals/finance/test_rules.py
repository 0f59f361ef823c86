"""Rules: they find what was planted, say what they do, and are judged on transfers that came later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kit.measure.interval import wilson
from kit.verticals.finance.fact import NAMES
from kit.verticals.finance.group import groups_of
from kit.verticals.finance.induce import induce
from kit.verticals.finance.judged import rings_found, rule_numbers, together
from kit.verticals.finance.rule import Bound, Rule, any_fires, rule_scores
from kit.verticals.finance.study.walk import Walked
from kit.verticals.finance.world import Ring, Transfer


def planted(rows: int = 6000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return facts by chance, and fraud where many accounts share a device and the payee is new, but for noise."""
    random = np.random.default_rng(seed)
    table = random.uniform(0, 100, (rows, len(NAMES)))
    table[:, NAMES.index("device_accounts")] = random.integers(1, 9, rows)
    table[:, NAMES.index("new_payee")] = random.integers(0, 2, rows)
    fraud = (table[:, NAMES.index("device_accounts")] >= 7) & (table[:, NAMES.index("new_payee")] >= 1)
    return table, fraud ^ (random.random(rows) < 0.01)


def test_a_planted_rule_is_found_with_its_bounds() -> None:
    table, fraud = planted()
    rules = induce(table, fraud)
    first = {(bound.fact, bound.op, bound.value) for bound in rules[0].bounds}
    assert {("device_accounts", ">=", 7.0), ("new_payee", ">=", 1.0)} <= first
    later, truth = planted(seed=1)
    found = rules[0].fires(later)
    assert (found & truth).sum() / truth.sum() > 0.85
    assert (found & truth).sum() / found.sum() > 0.85


def test_where_there_is_nothing_to_find_no_rule_is_found() -> None:
    table, _fraud = planted()
    assert induce(table, np.random.default_rng(3).random(len(table)) < 0.02) == ()
    assert induce(table, np.zeros(len(table), dtype=bool)) == ()


def test_the_same_past_gives_the_same_rules() -> None:
    table, fraud = planted()
    assert induce(table, fraud) == induce(table, fraud)


def test_a_rule_that_stops_to_hold_is_dropped() -> None:
    table, fraud = planted()
    fraud[int(0.7 * len(fraud)) :] = False
    assert induce(table, fraud) == ()


def test_a_rule_is_what_its_words_say_and_survives_json() -> None:
    rule = Rule((Bound("device_accounts", ">=", 4.0), Bound("night", ">=", 1.0)), "R1", (9, 10))
    assert rule.words() == "4 accounts or more used the device in 30 days and it was ordered at night"
    assert Rule.from_dict(rule.to_dict()) == rule
    table = np.zeros((3, len(NAMES)))
    table[1:, NAMES.index("device_accounts")] = 4
    table[2, NAMES.index("night")] = 1
    assert rule.fires(table).tolist() == [False, False, True]
    assert rule_scores((rule,), table).tolist() == pytest.approx([0, 0, 10 / 12])
    assert any_fires((), table).tolist() == [False] * 3


def test_numbers_are_counted_on_later_transfers_with_wilsons_interval() -> None:
    table, fraud = planted(400, seed=5)
    rules = (Rule((Bound("device_accounts", ">=", 7.0),), "R1"), Rule((Bound("new_payee", ">=", 1.0),), "R2"))
    one, other = rule_numbers(rules, table, fraud)
    fires = table[:, NAMES.index("device_accounts")] >= 7
    right, flagged = int((fires & fraud).sum()), int(fires.sum())
    assert (one["precision"]["right"], one["precision"]["n"], one["support"]) == (right, flagged, flagged)
    assert (one["precision"]["low"], one["precision"]["high"]) == wilson(right, flagged)
    assert one["recall"]["n"] == fraud.sum()
    assert other["more"] == int(((table[:, NAMES.index("new_payee")] >= 1) & fraud & ~fires).sum())
    both = together(rules, table, fraud)
    assert both["recall"]["right"] == one["more"] + other["more"]


def transfer(hour: float, sender: str, payee: str, device: str, ring: str = "") -> Transfer:
    return Transfer(id=f"T{hour}", hour=hour, sender=sender, payee=payee, device=device, amount=10, ring=ring)


def test_flagged_transfers_that_hang_together_are_one_group() -> None:
    some = [
        transfer(0, "A1", "X1", "D1", "R1"),
        transfer(1, "A2", "X1", "D2", "R1"),  # the same payee
        transfer(2, "A3", "X2", "D2", "R1"),  # the same device
        transfer(3, "A4", "M1", "D4"),
        transfer(4, "A5", "M1", "D5"),  # a merchant ties nobody
        transfer(5, "A6", "M1", "D6"),
        transfer(1000, "A1", "X9", "D9"),  # too late
    ]
    kinds = {"M1": "merchant"}
    (found,) = groups_of(some, range(7), kinds)
    assert (found.rows, found.ring, found.right) == ((0, 1, 2), "R1", True)
    assert groups_of(some, [0, 2], kinds) == []  # what tied them is not flagged


def test_a_ring_is_found_where_a_group_is_mostly_of_it() -> None:
    rings = {
        "R1": Ring(id="R1", kind="fan", begin=0, end=9, careful=False),
        "R2": Ring(id="R2", kind="burst", begin=0, end=9, careful=True),
    }
    some = [transfer(n, f"A{n}", "X1", "D1", "R1") for n in range(4)]
    some += [transfer(n + 4, f"B{n}", "X2", "D2", "R2") for n in range(3)] + [transfer(9, "C1", "X3", "D3")]
    fires = np.array([True, True, True, False, True, False, False, True])
    found = rings_found(some, fires, rings, {})
    assert (found["recall"]["right"], found["recall"]["n"]) == (1, 2)
    assert (found["precision"]["right"], found["precision"]["n"]) == (1, 1)
    assert (found["transfers"]["recall"]["right"], found["transfers"]["recall"]["n"]) == (4, 7)
    assert (found["transfers"]["precision"]["right"], found["transfers"]["precision"]["n"]) == (4, 5)
    assert (found["careful"]["right"], found["hasty"]["right"], found["kinds"]["fan"]["right"]) == (0, 1, 1)


def test_held_out_transfers_come_later_and_hold_no_ring_that_was_at_work_before(walked: Walked) -> None:
    transfers, later = walked.world.transfers, walked.later
    assert not (walked.earlier & later).any()
    before = {t.ring for t in transfers if t.ring and t.hour < walked.split}
    assert not before & {t.ring for t, held in zip(transfers, later, strict=True) if held and t.ring}
    assert any(t.ring in before and t.hour >= walked.split for t in transfers)  # there are such


def test_rules_of_the_made_up_payments_find_rings_and_are_not_perfect(walked: Walked) -> None:
    past = walked.earlier
    rules = induce(walked.table[past], walked.fraud[past])
    assert 3 <= len(rules) <= 8
    assert all(len(rule.bounds) <= 4 and rule.past[1] for rule in rules)
    later = walked.later
    found = together(rules, walked.table[later], walked.fraud[later])
    assert 0.5 < found["precision"]["value"] < 0.99
    assert 0.4 < found["recall"]["value"] < 0.95
    shuffled = np.random.default_rng(0).permutation(walked.fraud[past])
    assert len(induce(walked.table[past], shuffled)) <= 1  # of labels by chance, next to nothing is learnt


def test_labels_of_later_days_do_not_reach_the_rules(walked: Walked) -> None:
    changed = Walked(
        replace(
            walked.world,
            transfers=tuple(replace(t, label="") if t.hour >= walked.split else t for t in walked.world.transfers),
        ),
        walked.table, walked.points, walked.split, walked.around, walked.counts,
    )  # fmt: skip
    past = walked.earlier
    assert np.array_equal(changed.fraud[past], walked.fraud[past])
