"""A queue of alerts as a case leaves it, small enough to be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.place import home

LABELS = ["release", "request", "escalate"]
RULES = [
    {
        "name": "R1",
        "words": "4 accounts or more used the device in 30 days",
        "precision": {"value": 0.9, "low": 0.79, "high": 0.96, "right": 45, "n": 50},
    }
]


def around(sender: str, payee: str) -> dict[str, Any]:
    """Return a neighbourhood with every part that there is."""
    parts = {"source": "A-0003", "giver": "A-0004", "outlet": "X-0005", "user": "A-0006", "way": "A-0007"}
    nodes = [{"id": sender, "kind": "person", "part": "sender", "days": 12}]
    nodes += [{"id": payee, "kind": "counterparty", "part": "payee", "days": None}]
    nodes += [{"id": id, "kind": "person", "part": part, "days": 900} for part, id in parts.items()]
    nodes += [{"id": "D-0008", "kind": "device", "part": "device", "days": None}]
    pays = [("A-0003", sender), ("A-0004", payee), (payee, "X-0005"), (payee, "A-0007"), ("A-0007", sender)]
    edges = [{"from": sender, "to": payee, "kind": "this", "amount": 1200, "count": 1}]
    edges += [{"from": a, "to": b, "kind": "pays", "amount": 300, "count": 2} for a, b in pays]
    edges += [{"from": a, "to": "D-0008", "kind": "uses", "amount": 0, "count": 1} for a in (sender, "A-0006")]
    return {"nodes": nodes, "edges": edges, "more": {"giver": 3}}


def alert(n: int, proposed: str, score: float, **more: Any) -> dict[str, Any]:
    """Return one alert."""
    said = [f"{1000 + n:,} EUR to a new account elsewhere, {n} times the usual.", "4 accounts use the device."]
    shares = {"release": 0.1, "request": 0.1, "escalate": 0.1} | {proposed: 0.8}
    return {
        "id": f"T-{n:06d}",
        "key": f"key{n}",
        "when": f"2025-11-{n:02d} 10:00",
        "amount": 1000 + n,
        "text": " ".join(said),
        "said": said,
        "points": 5,
        "score": score,
        "proposed": proposed,
        "shares": shares,
        "fired": ["R1"] if proposed == "escalate" else [],
        "why": f"Because of {n}.",
        "written": None,
        "around": around("A-0001", "X-0002"),
        **more,
    }


def leave_queue(alerts: list[dict[str, Any]] | None = None, **about: Any) -> Path:
    """Write a queue where a case would, and return its folder."""
    folder = home() / "verticals" / "finance" / "payments"
    folder.mkdir(parents=True, exist_ok=True)
    if alerts is None:
        alerts = [alert(n, LABELS[2 - n % 3], round(0.95 - n / 20, 2)) for n in range(1, 16)]
    values = {
        "data": "payments", "quick": False, "transfers": True, "by": "tuned", "model": "smol", "labels": LABELS,
        "measured": {"value": 0.84, "low": 0.8, "high": 0.88}, "date": "2026-11-23", "rules": RULES, "threshold": 0.5,
        "alerts": alerts, **about,
    }  # fmt: skip
    (folder / "queue.json").write_text(json.dumps(values), encoding="utf-8")
    (folder / "outcome.json").write_text(json.dumps({"vertical": "finance"}), encoding="utf-8")
    return folder
