"""Measured variants as a table for spreadsheets: one row each, every number in full with its unit in its name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from kit.plots.limits import Limits, missed
from kit.plots.metrics import METRICS
from kit.plots.reading import variant_name
from kit.result import Result

_PERCENTILES = (50, 95)
_FORMULA = ("=", "+", "-", "@", "\t")  # a spreadsheet would carry such a text out


def comparison_csv(results: Sequence[Result], limits: Limits | None = None) -> str:
    """Return variants as comma-separated values with a header.

    Parameters
    ----------
    results : sequence of Result
        Measured variants.
    limits : mapping of str to float, optional
        As `within` takes them; given, a column says who meets all of them.
    """
    rows = [_row(result, limits or {}) for result in results]
    names = _in_order({name for row in rows for name in row})
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _row(result: Result, limits: Limits) -> dict[str, Any]:
    variant = result.spec.get("variant")
    held = variant if isinstance(variant, dict) else {}
    facts = result.facts
    row: dict[str, Any] = {
        "variant": variant_name(result),
        "run": facts.get("run", ""),
        "model": facts.get("model") or held.get("model", ""),
        "method": held.get("method", ""),
        "engine": facts.get("engine") or held.get("engine", ""),
        "rows": facts.get("rows", ""),
        "data_hash": result.provenance.get("data_hash", ""),
        **result.metrics,
    }
    for name, measured in result.measurements.items():
        row |= {f"{name}_p{q}": measured.percentile(q) for q in _PERCENTILES}
    if limits:
        row["meets_limits"] = "no" if missed(result, limits) else "yes"
    row["verdict"] = (facts.get("verdict") or {}).get("sentence", "")
    return {name: _safe(value) for name, value in row.items()}


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _in_order(names: set[str]) -> list[str]:
    """Return the columns: what the variant is, its metrics in the order in which they are described, the rest."""
    lead = ["variant", "run", "model", "method", "engine", "rows", "data_hash"]
    tail = [name for name in ("meets_limits", "verdict") if name in names]
    known = list(METRICS)

    def place(name: str) -> tuple[int, str]:
        base = next((each for each in known if name == each or name.startswith(f"{each}_")), "")
        return (known.index(base) if base else len(known)), name

    return [*lead, *sorted(names - {*lead, *tail}, key=place), *tail]
