"""The queue of alerts that an analyst works through, as one file beside the outcome: panels and apps only read it.

It is written anew whenever more is known: first the rules propose, then the baseline or the tuned model.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.measure.record import Record, read_records
from kit.place import write_atomic
from kit.result import Result
from kit.verticals.finance.explain import explained
from kit.verticals.finance.labels import probabilities

if TYPE_CHECKING:
    from kit.verticals.finance.opening import FinanceCase

FILE, DECIDED = "queue.json", "decisions.jsonl"
Alert = dict[str, Any]


def queue_path(folder: Path) -> Path:
    """Return where the queue of an outcome's folder lies."""
    return folder / FILE


def read_queue(folder: Path) -> dict[str, Any]:
    """Return the queue in an outcome's folder; empty where there is none that can be read."""
    try:
        found = json.loads(queue_path(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_queue(case: FinanceCase) -> None:
    """Write the queue from what is known now; in an app, and before anything is known, nothing."""
    if not case.live:
        return
    made = _queue(case)
    if made["alerts"]:
        write_atomic(queue_path(case.folder), json.dumps(made, ensure_ascii=False))


def key_of(alert: str, text: str) -> str:
    """Return by what a decision knows an alert: the same for the same alert with the same words."""
    return hashlib.sha256(f"{alert}\n{text}".encode()).hexdigest()[:16]


def _queue(case: FinanceCase) -> dict[str, Any]:
    result, by = _best(case)
    rules = case.study_facts["rules"] if case.study is not None else []
    alerts = _of_transfers(case, result, rules) if case.study is not None else _of_rows(case, result)
    reached = case.outcome["tuned" if by == "tuned" else "baseline"] if result is not None else None
    return {
        "data": case.name,
        "quick": case.quick,
        "transfers": case.study is not None,
        "by": by,
        "model": case.model if by == "tuned" else str(case.outcome["baseline_name"] or "") if by == "baseline" else "",
        "measured": reached,
        "date": time.strftime("%Y-%m-%d"),
        "labels": list(case.labels),
        "rules": [_rule(rule) for rule in rules],
        "threshold": (case.outcome.facts.get("costs") or {}).get("threshold") if by == "tuned" else None,
        "alerts": sorted(alerts, key=lambda alert: (-alert["score"], alert["id"])),
    }


def _best(case: FinanceCase) -> tuple[Result | None, str]:
    for by, result in (("tuned", case.tuned_result), ("baseline", case.baseline_result)):
        if result is not None:
            return result, by
    return None, "rules"


def _of_transfers(case: FinanceCase, result: Result | None, rules: list[dict[str, Any]]) -> list[Alert]:
    """Return the alerts of a study; those that a model was not asked about are left out once one has spoken."""
    spoken = case.by_alert(result) if result is not None else {}
    written = case.written()
    made = []
    for id, alert in case.alerts().items():
        if result is not None and id not in spoken:
            continue
        shares = probabilities(spoken[id], result) if result is not None else {}
        proposed = max(shares, key=lambda label: shares[label]) if shares else _by_rules(alert)
        made.append(
            {
                "id": id,
                "key": key_of(id, alert["text"]),
                "when": alert["when"],
                "amount": alert["amount"],
                "text": alert["text"],
                "said": alert["said"],
                "points": alert["points"],
                "score": shares.get("escalate", alert["rules"]),
                "proposed": proposed,
                "shares": {label: round(share, 4) for label, share in shares.items()},
                "fired": alert["fired"],
                "why": explained(alert, proposed, rules),
                "written": written.get(id),
                "around": alert["around"],
            }
        )
    return made


def _of_rows(case: FinanceCase, result: Result | None) -> list[Alert]:
    """Return rows of any kind; the least sure first, since these are worth a look."""
    if result is None:
        return []
    texts = case.test.texts
    return [_row(record, texts[record.row], probabilities(record, result)) for record in read_records(result)]


def _row(record: Record, text: str, shares: dict[str, float]) -> Alert:
    id = f"row {record.row + 1}"
    sure = shares.get(record.answer)
    return {
        "id": id,
        "key": key_of(id, text),
        "text": text,
        "score": 0.0 if sure is None else round(1 - sure, 6),
        "proposed": record.answer,
        "shares": {label: round(share, 4) for label, share in shares.items()},
        "fired": [],
    }


def _by_rules(alert: Alert) -> str:
    if alert["rules"] >= 0.5:
        return "escalate"
    return "request" if alert["papers"] == "missing" else "release"


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    from kit.verticals.finance.rule import Rule  # loads numpy, which a reader of the queue does not need

    return {"name": rule["name"], "words": Rule.from_dict(rule).words(), "precision": rule["precision"]}
