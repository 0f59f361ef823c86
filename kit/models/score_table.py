"""A table of published scores, as a catalogue file holds it: one document, its columns, a row for each model.

    scores:
      - reporter: Meta
        source: meta-llama/llama-models (models/llama3_1/MODEL_CARD.md)
        benchmarks: ['MMLU, 5-shot', 'IFEval, not stated']
        percent:
          llama-3.1-8b-instruct: [69.4, 80.4]

A column names the benchmark and, after the first comma, how it was asked. Figures stay in per cent, as printed, so
that a row can be laid beside its document; `null` stands where the document has none.
"""

from __future__ import annotations

from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.models.score import NOT_STATED

_KEYS = {"reporter", "source", "benchmarks", "percent"}


def scores_by_model(tables: Any) -> dict[str, list[dict[str, Any]]]:
    """Return plain scores (as `kit.models.score.read_scores` takes them) by name of the model.

    Raises
    ------
    KitError
        A table lacks a part, or a row has more or fewer figures than there are columns.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for number, table in enumerate(tables if isinstance(tables, list) else [tables]):
        if not isinstance(table, dict) or set(table) != _KEYS or not isinstance(table["percent"], dict):
            raise _unlike(number)
        for name, row in table["percent"].items():
            found.setdefault(str(name), []).extend(_row(number, table, str(name), row))
    return found


def _row(number: int, table: dict[str, Any], name: str, row: Any) -> list[dict[str, Any]]:
    columns = table["benchmarks"]
    if not isinstance(columns, list) or not isinstance(row, list) or len(row) != len(columns):
        raise _unlike(number, name)
    if not all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in row):
        raise _unlike(number, name)
    return [_score(column, value, table) for column, value in zip(columns, row, strict=True) if value is not None]


def _score(column: Any, percent: float, table: dict[str, Any]) -> dict[str, Any]:
    benchmark, _comma, setting = str(column).partition(", ")
    return {
        "benchmark": benchmark,
        "value": round(percent / 100, 6),
        "setting": setting or NOT_STATED,
        "reporter": table["reporter"],
        "source": table["source"],
    }


def _unlike(number: int, name: str = "") -> KitError:
    where = f"scores[{number}]" + (f".percent.{name}" if name else "")
    return KitError(
        _("{where} is no table of scores.").format(where=where),
        fix=_(
            "Give reporter, source, benchmarks (a list) and percent: "
            "for each model a list with one figure, or null, for each benchmark."
        ),
    )
