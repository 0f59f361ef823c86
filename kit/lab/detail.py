"""What is told of one run beyond its row: what it was asked, what it said, made and measured."""

from __future__ import annotations

import json
from typing import Any

from kit.apps.notebooks import code_of
from kit.errors import KitError
from kit.jobs import Run
from kit.lab.curve import thinned
from kit.lab.root import Root
from kit.plots.reading import said_rows

_MESSAGES = 100
_POINTS = 200
_RECORDS = 100
_LARGE = 16 * 1024  # characters of JSON: what is larger (the answers to every row) is for notebooks


def detail_of(run: Run, root: Root) -> dict[str, Any]:
    """Return the details of `run` as plain values; what cannot be read is left empty."""
    status = run.status
    result = _read(run, "result.json")
    facts = {name: value for name, value in dict(result.get("facts") or {}).items() if _small(value)}
    parts = result.get("parts") or [row.to_dict() for row in said_rows(status)]
    return {
        "folder": str(run.folder),
        "cwd": str(run.about.get("cwd", "")),
        "code": _code(run),
        "spec": _read(run, "spec.json"),
        "messages": status.messages[-_MESSAGES:],
        "artifacts": dict(status.artifacts),
        "metrics": {**status.metrics, **dict(result.get("metrics") or {})},
        "curves": [{"name": name, "points": thinned(curve, _POINTS)} for name, curve in status.curves.items()],
        "parts": [_part(part) for part in parts if isinstance(part, dict)],
        "records": {name: _records(said) for name, said in status.records.items() if name != "variant"},
        "facts": facts,
        "bundle": root.relative(facts.get("bundle")),
        "log_bytes": _log_bytes(run),
    }


def _code(run: Run) -> str:
    try:
        return code_of(run)
    except KitError:  # work that only its own kernel can import
        return ""


def _part(part: dict[str, Any]) -> dict[str, Any]:
    facts, error = part.get("facts") or {}, part.get("error") or {}
    return {
        "name": str(facts.get("method") or ""),
        "status": part.get("status", ""),
        "metrics": part.get("metrics") or {},
        "verdict": str((facts.get("verdict") or {}).get("sentence") or ""),
        "error": " ".join(filter(None, (error.get("message"), error.get("fix")))),
    }


def _records(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in said[-_RECORDS:] if _small(record)]


def _small(value: Any) -> bool:
    return len(json.dumps(value)) <= _LARGE


def _read(run: Run, name: str) -> dict[str, Any]:
    try:
        values = json.loads((run.folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _log_bytes(run: Run) -> int:
    try:
        return (run.folder / "log.txt").stat().st_size
    except OSError:
        return 0
