"""Rules induced from past transfers: a decision list by sequential covering over the paths of shallow trees.

The idea of taking rules from the paths of many small trees is that of SkopeRules (Goix et al. 2017) and RuleFit
(Friedman and Popescu 2008, Annals of Applied Statistics 2, 916-954); that each rule has to explain what those before it
left over is sequential covering. As in RIPPER (Cohen 1995, Fast effective rule induction), rules grow on one part of
the past, lose the conditions that do nothing, and have to hold on a later part, or they go.

Bounds go one way only where more of a fact cannot make a transfer less suspicious: a rule that says "and the device is
shared by fewer than nine" is noise, whatever it gains on the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kit.i18n import _
from kit.measure.interval import wilson
from kit.verticals.finance.fact import FACTS, NAMES
from kit.verticals.finance.facts import Table
from kit.verticals.finance.rule import Bound, Fires, Rule
from kit.verticals.need import need

GROWN = 0.7  # share of the past, the earlier part, on which rules grow; they have to hold on the rest
_TREES = 24  # for each rule
_DEPTH = 4
_SURE = 0.4  # a rule grows only where the lower end of its precision's interval reaches this
_FEWEST = 5  # right ones
_CALM = 4_000  # harmless rows that a tree sees at most
_WRONG = 0.5  # a harmless transfer that is flagged weighs as much as this share of a fraud that is found
_SHORTER = 1.0  # a condition stays where it is worth as much as this many frauds


def induce(table: Table, fraud: Fires, *, most: int = 8, seed: int = 0) -> tuple[Rule, ...]:
    """Return rules for rows in the order of time, the ones that explain most first.

    Parameters
    ----------
    table : array (rows, facts)
        Facts of past transfers.
    fraud : array of bool
        What an investigation found.
    most : int, default 8
        Rules at most: more than that nobody reads.
    seed : int, default 0
        Of the trees.

    Raises
    ------
    MissingPackageError
        scikit-learn is not installed.
    """
    cut = int(len(table) * GROWN)
    grow, check = table[:cut], table[cut:]
    left, rules = np.ones(cut, dtype=bool), list[Rule]()
    random = np.random.default_rng(seed)
    while len(rules) < most:
        candidates = {rule for tree in _trees(grow[left], fraud[:cut][left], random) for rule in _paths(tree)}
        best = _best(sorted(candidates, key=lambda rule: rule.bounds), grow, fraud[:cut], left)
        if best is None:
            break
        rules.append(best := _shorter(best, grow, fraud[:cut], left))
        left &= ~best.fires(grow)
    return _kept(rules, check, fraud[cut:])


def _trees(table: Table, fraud: Fires, random: np.random.Generator) -> Iterator[Any]:
    """Yield shallow trees, each grown on other rows and facts; every other one on harmless rows that stand out."""
    trees = need("sklearn.tree", _("Finding rules"))
    rare, calm = np.flatnonzero(fraud), np.flatnonzero(~fraud)
    loud = calm[_loud(table[calm])]
    if len(rare) < _FEWEST:
        return
    for place in range(_TREES):
        base = loud if place % 2 and len(loud) else calm
        rows = np.concatenate([random.choice(rare, len(rare)), random.choice(base, min(len(base), _CALM))])
        tree = trees.DecisionTreeClassifier(
            max_depth=_DEPTH,
            min_samples_leaf=4,
            max_features=0.5,
            class_weight={0: 1.0, 1: float(random.choice([1.0, 2.0, 5.0]))},
            random_state=int(random.integers(2**31)),
        )
        yield tree.fit(table[rows], fraud[rows]).tree_


def _loud(table: Table) -> Fires:
    """Return which rows show at least one sign."""
    signs = (("times_usual", 2), ("device_accounts", 4), ("near_limit", 1), ("circle", 1), ("payee_strangers", 3))
    found = np.zeros(len(table), dtype=bool)
    for name, bound in signs:
        found |= table[:, NAMES.index(name)] >= bound
    return found


def _paths(tree: Any) -> Iterator[Rule]:
    """Yield every way from the root to a node as a rule: inner nodes are shorter rules."""

    def walk(node: int, bounds: tuple[Bound, ...]) -> Iterator[Rule]:
        if meant := _simple(bounds):
            yield Rule(meant)
        if tree.children_left[node] < 0:
            return
        name = NAMES[tree.feature[node]]
        value = FACTS[name].bound(float(tree.threshold[node]))
        yield from walk(tree.children_left[node], (*bounds, Bound(name, "<", value)))
        yield from walk(tree.children_right[node], (*bounds, Bound(name, ">=", value)))

    yield from walk(0, ())


def _simple(bounds: tuple[Bound, ...]) -> tuple[Bound, ...]:
    """Return the bounds that may make a transfer suspicious, the narrowest of each kind, in the order of the facts."""
    narrow: dict[tuple[str, str], float] = {}
    for bound in bounds:
        if FACTS[bound.fact].sign not in ("", bound.op):
            continue
        key = (bound.fact, bound.op)
        pick = max if bound.op == ">=" else min
        narrow[key] = pick(narrow.get(key, bound.value), bound.value)
    ordered = sorted(narrow, key=lambda key: (NAMES.index(key[0]), key[1]))
    return tuple(Bound(fact, op, narrow[fact, op]) for fact, op in ordered)


def _best(candidates: list[Rule], table: Table, fraud: Fires, left: Fires) -> Rule | None:
    """Return the candidate with the greatest gain among what is left over, or None where none is sure enough."""
    best, most = None, 0.0
    for rule in candidates:
        gain = _gain(rule, table, fraud, left)
        if gain > most:
            best, most = rule, gain
    return best


def _gain(rule: Rule, table: Table, fraud: Fires, left: Fires) -> float:
    """Return the frauds that a rule finds less what it flags wrongly, among what is left over; 0 of an unsure one."""
    fires = rule.fires(table) & left
    right, flagged = int((fires & fraud).sum()), int(fires.sum())
    if right < _FEWEST or wilson(right, flagged)[0] < _SURE:
        return 0.0
    return right - _WRONG * (flagged - right)


def _shorter(rule: Rule, table: Table, fraud: Fires, left: Fires) -> Rule:
    """Return a rule without the conditions that are worth next to nothing."""
    while len(rule.bounds) > 1:
        gain = _gain(rule, table, fraud, left)
        fewer = [Rule(tuple(other for other in rule.bounds if other != bound)) for bound in rule.bounds]
        best = max(fewer, key=lambda each: _gain(each, table, fraud, left))
        if _gain(best, table, fraud, left) < gain - _SHORTER:
            return rule
        rule = best
    return rule


def _kept(rules: list[Rule], check: Table, fraud: Fires) -> tuple[Rule, ...]:
    """Return the rules that hold on later rows, too, named, with what they did there."""
    kept: list[Rule] = []
    for rule in rules:
        fires = rule.fires(check)
        right, flagged = int((fires & fraud).sum()), int(fires.sum())
        if flagged and right / flagged >= _SURE:
            kept.append(replace(rule, name=f"R{len(kept) + 1}", past=(right, flagged)))
    return tuple(kept)


def labels_of(labels: list[str]) -> npt.NDArray[np.bool_]:
    """Return which of `labels` stand for fraud."""
    return np.array([label == "escalate" for label in labels], dtype=bool)
