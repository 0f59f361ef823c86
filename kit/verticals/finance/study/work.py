"""Carry out a `StudySpec`: walk, find rules, judge them, write alerts down for a model and for people."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from kit.errors import DataError
from kit.i18n import _
from kit.place import write_atomic
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.verticals.finance.induce import induce
from kit.verticals.finance.judged import rings_found, rule_numbers, share_of, together
from kit.verticals.finance.monitor import ALERT
from kit.verticals.finance.rule import Rule, any_fires
from kit.verticals.finance.study.alerts import alerts_of, boosting_scores, narratives_of, rows_of
from kit.verticals.finance.study.ledger import columns_of, read_world
from kit.verticals.finance.study.spec import StudySpec
from kit.verticals.finance.study.walk import Walked, walk
from kit.verticals.finance.world import FULL, QUICK, World, make_world

_FEWEST = 20  # alerts of the past, and later


def study(spec: Spec, report: Report) -> Result:
    """Study transfers.

    Raises
    ------
    DataError
        The file holds no transfers, or too few alerts come of them.
    MissingPackageError
        networkx or scikit-learn is not installed.
    """
    assert isinstance(spec, StudySpec)
    report.progress("making transfers" if not spec.source else "reading transfers")
    walked = walk(_world(spec), test_share=spec.test_share, report=report)
    report.check()
    report.progress("finding rules")
    past = walked.earlier & walked.known
    rules = induce(walked.table[past], walked.fraud[past], seed=spec.seed)
    report.check()
    report.progress("writing alerts")
    facts = _facts(walked, rules)
    artifacts = _written(spec, walked, rules, facts, report)
    metrics = {"alerts": float(facts["alerts"]["test"]), "rules": float(len(rules))}
    return Result(spec=spec.to_dict(), metrics=metrics, artifacts=artifacts, facts=facts)


def _world(spec: StudySpec) -> World:
    if not spec.source:
        return make_world(QUICK if spec.quick else FULL, spec.seed)
    from kit.data.read import open_source

    records = open_source(spec.source, None, "auto")
    columns = columns_of(records.columns)
    if columns is None:
        raise DataError(
            _("{source} holds no transfers.").format(source=records.name),
            fix=_("Columns for time, sender, payee and amount are needed."),
        )
    return read_world((cells for _number, cells, problem in records if problem is None), columns)


def _facts(walked: Walked, rules: tuple[Rule, ...]) -> dict[str, Any]:
    world, later = walked.world, walked.later & walked.known
    table, fraud = walked.table[later], walked.fraud[later]
    transfers = [each for each, held in zip(world.transfers, later, strict=True) if held]
    rings = {id: ring for id, ring in world.rings.items() if any(each.ring == id for each in transfers)}
    kinds = {party.id: party.kind for party in world.parties.values()}
    raised = walked.points[later] >= ALERT
    unseen, fires = fraud & ~raised, any_fires(rules, table)
    return {
        "transfers": len(world.transfers),
        "days": world.days,
        "begins": world.when(0)[:10],
        "split": world.when(walked.split)[:10],
        "graph": walked.counts,
        "past": {"transfers": int(walked.earlier.sum()), "fraud": int(walked.fraud[walked.earlier].sum())},
        "later": {"transfers": int(later.sum()), "fraud": int(fraud.sum())},
        "aside": len(world.transfers) - int(walked.earlier.sum()) - int(later.sum()),
        "monitoring": {
            "recall": share_of(int((raised & fraud).sum()), int(fraud.sum())),
            "precision": share_of(int((raised & fraud).sum()), int(raised.sum())),
        },
        "rules": rule_numbers(rules, table, fraud),
        "together": together(rules, table, fraud),
        "unseen": share_of(int((unseen & fires).sum()), int(unseen.sum())),
        "rings": rings_found(transfers, fires, rings, kinds) if rings else None,
    }


def _written(
    spec: StudySpec, walked: Walked, rules: tuple[Rule, ...], facts: dict[str, Any], report: Report
) -> dict[str, str]:
    """Write rows for the model and alerts for people, and return where they are."""
    alert = (walked.points >= ALERT) & walked.known
    past, later = np.flatnonzero(alert & walked.earlier), np.flatnonzero(alert & walked.later)
    if min(len(past), len(later)) < _FEWEST:
        problem = _("Only {past} alerts before and {later} after {split}: too few to learn from and to judge by.")
        raise DataError(
            problem.format(past=len(past), later=len(later), split=facts["split"]),
            fix=_("Give transfers of more weeks, with labels in most rows."),
        )
    alerts = alerts_of(walked, rules, later, boosting_scores(walked, rules, past, later))
    facts["alerts"] = {"train": len(past), "test": len(later), "fraud": int(walked.fraud[later].sum())}
    wrong = 0.0 if spec.source else 0.05
    texts = {
        "train.jsonl": _lines(rows_of(walked, rules, past, wrong=wrong)),
        "test.jsonl": _lines(rows_of(walked, rules, later)),
        "explain.jsonl": _lines(narratives_of(walked, rules, past)),
        "alerts.json": json.dumps(alerts),
    }
    found = {}
    for name, text in texts.items():
        path = report.folder / "artifacts" / name
        write_atomic(path, text)
        report.artifact(name, path)
        found[name] = str(path.relative_to(report.folder))
    return found


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
