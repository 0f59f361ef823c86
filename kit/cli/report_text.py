"""A report on data as text for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.gate.words import check_words, gravity, level_words, row_words, rows_words, verdict_words
from kit.i18n import _
from kit.result import Result

_WIDEST = 110
_NARROWEST = 60


def as_text(result: Result, problems: Path, *, rows: int = 3) -> Iterator[str]:
    """Yield the lines of a report.

    Parameters
    ----------
    result : Result
        Of a gate.
    problems : Path
        The list of all rows that were pointed at.
    rows : int, default 3
        How many of them are shown of each finding.
    """
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    yield from _sources(result, width)
    findings = sorted(result.facts["findings"], key=lambda each: gravity(each["level"]))
    marks = {each["check"]: "{} {}".format(*level_words(each["level"])) for each in findings}
    wide = max(map(len, marks.values())) + 2
    for finding in findings:
        yield ""
        yield from _finding(finding, marks[finding["check"]].ljust(wide), wide, width)
        yield from _examples(finding, result, rows, wide, width)
    yield ""
    yield from textwrap.wrap(f"{verdict_words(result.facts['verdict'])} {result.facts['summary']}", width)
    if any(finding["rows"] for finding in findings):
        yield _("All rows that were pointed at: {path}").format(path=problems)


def _sources(result: Result, width: int) -> Iterator[str]:
    for part, told in result.facts["sources"].items():
        spec = result.spec[part]
        name = told["name"] if part == "data" else _("{name} (test)").format(name=told["name"])
        columns = ", ".join(told["columns"])
        yield from textwrap.wrap(f"{name}: {rows_words(told['rows'])}; {columns}", width, subsequent_indent="  ")
        if part == "data":
            used = spec.get("template") or spec.get("text", "text")
            answer = "" if spec.get("task") in ("continue", "chat") else f" → {spec.get('label', 'label')}"
            yield f"  {spec.get('task', 'classify')}: {used}{answer}"
        for note in told["notes"]:
            yield from textwrap.wrap(f"  {note}", width, subsequent_indent="  ")


def _finding(finding: dict[str, Any], mark: str, wide: int, width: int) -> Iterator[str]:
    text = f"{check_words(finding['check'])}: {finding['summary']}"
    yield from textwrap.wrap(text, width, initial_indent=mark, subsequent_indent=" " * wide)


def _examples(finding: dict[str, Any], result: Result, rows: int, wide: int, width: int) -> Iterator[str]:
    for flag in finding["examples"][:rows]:
        unit = str(result.facts["sources"].get(flag["part"], {}).get("unit", ""))
        text = f"{row_words(flag['part'], flag['number'], unit)}: {flag['message']}"
        yield from textwrap.wrap(text, width, initial_indent=" " * wide, subsequent_indent=" " * (wide + 2))
    more = finding["rows"] - min(rows, len(finding["examples"]))
    if more > 0 and rows:
        yield " " * wide + _("… and {rows} more").format(rows=rows_words(more))
