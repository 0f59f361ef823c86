"""Alerts of a study: as rows that a model learns from, and as people see them in a queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kit.i18n import _
from kit.verticals.finance.alert import DISPOSITIONS, alert_text, sentences
from kit.verticals.finance.fact import NAMES
from kit.verticals.finance.facts import Table
from kit.verticals.finance.narrative import narrative_row
from kit.verticals.finance.rule import Rule, rule_scores
from kit.verticals.finance.study.walk import Walked
from kit.verticals.finance.world.chance import Chance
from kit.verticals.need import need

Places = npt.NDArray[np.intp]


def rows_of(walked: Walked, rules: tuple[Rule, ...], places: Places, *, wrong: float = 0.0) -> list[dict[str, Any]]:
    """Return alerts as rows with text, label, id and time.

    Parameters
    ----------
    walked : Walked
        Where they happened.
    rules : tuple of Rule
        Those that fired stand in the text.
    places : array of int
        Of the transfers.
    wrong : float, default 0.0
        Share of the labels that are replaced by another, as analysts of the past were wrong at times.
    """
    draw = Chance(f"analysts {len(places)}")
    made = []
    for place in places:
        transfer, label = walked.world.transfers[place], walked.world.transfers[place].label
        if draw.chance(wrong):
            label = draw.one([other for other in DISPOSITIONS if other != label])
        text = alert_text(_facts(walked, place), transfer, _kind(walked, place), _fired(walked, rules, place))
        made.append({"text": text, "label": label, "alert": transfer.id, "when": walked.world.when(transfer.hour)})
    return made


def narratives_of(walked: Walked, rules: tuple[Rule, ...], places: Places, *, most: int = 180) -> list[dict[str, str]]:
    """Return explanations of past alerts to learn from, as many of each label; parameters as in `rows_of`."""
    by_label: dict[str, list[int]] = {}
    for place in places:
        by_label.setdefault(walked.world.transfers[place].label, []).append(int(place))
    draw = Chance("explanations")
    made = []
    for label, some in sorted(by_label.items()):
        for place in draw.mixed(some)[: most // len(by_label)]:
            transfer, facts, fired = walked.world.transfers[place], _facts(walked, place), _fired(walked, rules, place)
            kind = _kind(walked, place)
            alert = {"said": sentences(facts, transfer, kind), "text": alert_text(facts, transfer, kind, fired)}
            made.append(narrative_row(alert, [(rule.name, rule.precision) for rule in fired], label))
    return draw.mixed(made)


def alerts_of(
    walked: Walked, rules: tuple[Rule, ...], places: Places, boosting: Sequence[float]
) -> list[dict[str, Any]]:
    """Return alerts as people see them: facts, rules that fired, scores, and the neighbourhood."""
    scores = rule_scores(rules, walked.table)
    made = []
    for place, boosted in zip(places, boosting, strict=True):
        transfer, facts, fired = walked.world.transfers[place], _facts(walked, place), _fired(walked, rules, place)
        kind = _kind(walked, place)
        made.append(
            {
                "id": transfer.id,
                "when": walked.world.when(transfer.hour),
                "amount": transfer.amount,
                "text": alert_text(facts, transfer, kind, fired),
                "said": sentences(facts, transfer, kind),
                "papers": transfer.papers,
                "fired": [rule.name for rule in fired],
                "points": int(walked.points[place]),
                "rules": float(scores[place]),
                "boosting": float(boosted),
                "label": transfer.label,
                "ring": transfer.ring or transfer.id,
                "around": walked.around[int(place)],
            }
        )
    return made


def boosting_scores(walked: Walked, rules: tuple[Rule, ...], past: Places, later: Places) -> list[float]:
    """Return the probability of fraud that gradient boosting gives later alerts, fitted on the facts of past ones."""
    boosting = need("sklearn.ensemble", _("Gradient boosting")).HistGradientBoostingClassifier
    fraud = walked.fraud[past]
    if fraud.all() or not fraud.any():
        return [float(fraud.mean())] * len(later)
    model = boosting(max_iter=120, learning_rate=0.06, random_state=0)
    model.fit(_columns(walked, rules, past), fraud)
    return [float(p) for p in model.predict_proba(_columns(walked, rules, later))[:, 1]]


def _columns(walked: Walked, rules: tuple[Rule, ...], places: Places) -> Table:
    table = walked.table[places]
    missing = np.array([walked.world.transfers[place].papers == "missing" for place in places], dtype=float)
    return np.column_stack([table, walked.points[places], rule_scores(rules, table), missing])


def _facts(walked: Walked, place: int) -> dict[str, float]:
    return dict(zip(NAMES, (float(value) for value in walked.table[place]), strict=True))


def _fired(walked: Walked, rules: tuple[Rule, ...], place: int) -> list[Rule]:
    row = walked.table[place : place + 1]
    return [rule for rule in rules if rule.fires(row)[0]]


def _kind(walked: Walked, place: int) -> str:
    return walked.world.parties[walked.world.transfers[place].payee].kind
