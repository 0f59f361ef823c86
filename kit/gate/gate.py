"""Carry out a `GateSpec`: read every row once, let every check look at it, and write down who found what."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from kit.data import DataSpec
from kit.data.reading import Entry, Reading
from kit.errors import MissingPackageError
from kit.gate.check import Check, Seen, asked
from kit.gate.finding import Finding, Flag, Part, worst
from kit.gate.registry import CHECKS
from kit.gate.spec import GateSpec, Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext
from kit.place import write_atomic
from kit.report import Report
from kit.result import Result
from kit.spec import Spec, resolve

_AT_ONCE = 500  # rows: enough for a tokenizer to be quick, few enough to stop soon
PROBLEMS = "problems.jsonl"


def gate(spec: Spec, report: Report) -> Result:
    """Look at data and say what is wrong with which row."""
    assert isinstance(spec, GateSpec)
    with Texts(report.folder) as texts:
        checks, findings = made(spec.wanted, spec, texts, given=spec.checks)
        sources: dict[Part, DataSpec] = {} if spec.test is None else {"test": spec.test}
        sources["data"] = spec.data
        told = {part: feed(checks, part, source, texts, report) for part, source in sources.items()}
        findings += finished(checks, report)
    order = list(CHECKS)
    findings.sort(key=lambda finding: order.index(finding.check))
    path = report.folder / PROBLEMS
    write_atomic(path, "".join(_lines(findings)))
    report.artifact("problems", path)
    rows = told["data"]["rows"]
    flagged = len({flag.number for finding in findings for flag in finding.flags if flag.part == "data"})
    return Result(
        spec=spec.to_dict(),
        metrics={"rows": float(rows), "flagged_rows": float(flagged)},
        artifacts={"problems": PROBLEMS},
        facts={
            "summary": _summary(findings, rows, flagged),
            "verdict": worst(findings),
            "findings": [finding.to_dict() for finding in findings],
            "sources": told,
        },
    )


def made(
    names: tuple[str, ...], spec: Thresholds, texts: Texts, *, given: tuple[str, ...] = ()
) -> tuple[list[Check], list[Finding]]:
    """Return the checks called `names`, and a finding for each that cannot be had here.

    Raises
    ------
    MissingPackageError
        Of a check that was named among `given`.
    """
    checks: list[Check] = []
    lacking = []
    for name in names:
        try:
            checks.append(resolve(CHECKS[name].made_by)(spec, texts))
        except MissingPackageError as exc:
            if name in given:
                raise
            lacking.append(
                Finding(name, "note", _("Not looked at. {problem} {fix}").format(problem=exc.problem, fix=exc.fix))
            )
    return checks, lacking


def feed(checks: list[Check], part: Part, source: DataSpec, texts: Texts, report: Report) -> dict[str, Any]:
    """Let `checks` see all rows of a source; return what the source says of itself."""
    reading = Reading(source)
    place = done = 0
    report.progress("reading", 0, reading.size, "rows")
    for entries in _batches(reading.entries()):
        report.check()
        rows = []
        for entry in entries:
            if entry.row is None:
                continue
            rows.append(Seen(part, place, entry.number, entry.row))
            texts.add(part, asked(entry.row))
            place += 1
        broken = [entry for entry in entries if entry.row is None]
        for check in checks:
            if rows:
                check.feed(rows)
            if broken:
                check.feed_broken(part, broken)
        done += len(entries)
        report.progress("reading", done, reading.size, "rows")
    told = {"name": reading.name, "unit": reading.unit, "columns": list(reading.columns), "notes": reading.notes}
    return {**told, "rows": done, "usable": place}


def finished(checks: list[Check], report: Report) -> list[Finding]:
    """Return what each check found, told as it comes."""
    findings = []
    for check in checks:
        started = time.perf_counter()

        def tell(done: float, total: float, check: Check = check) -> None:
            report.check()
            report.progress(f"checking {check.name}", done, total)

        tell(0, 1)
        found = check.finish(tell)
        finding = Finding(
            found.check, found.level, found.summary, found.flags, found.numbers, time.perf_counter() - started
        )
        report.record("finding", finding.to_dict())
        findings.append(finding)
    return findings


def problems_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what `gate` wrote about each flagged row: part, number, place and its problems."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while batch := list(islice(entries, _AT_ONCE)):
        yield batch


def _lines(findings: list[Finding]) -> Iterator[str]:
    """Yield one JSON line for each flagged row, that with the most problems first."""
    rows: dict[tuple[Part, int], list[tuple[str, Flag]]] = {}
    for finding in findings:
        for flag in finding.flags:
            rows.setdefault((flag.part, flag.number), []).append((finding.check, flag))
    for (part, number), flags in sorted(rows.items(), key=lambda item: (-len(item[1]), item[0])):
        problems = [
            {
                "check": check,
                "message": flag.message,
                "others": [list(other) for other in flag.others],
                "score": flag.score,
            }
            for check, flag in flags
        ]
        place = max(flag.place for _check, flag in flags)
        yield (
            json.dumps({"part": part, "number": number, "place": place, "problems": problems}, ensure_ascii=False)
            + "\n"
        )


def _summary(findings: list[Finding], rows: int, flagged: int) -> str:
    stops = sum(finding.level == "stop" for finding in findings)
    warnings = sum(finding.level == "warn" for finding in findings)
    if not stops and not warnings:
        return ngettext("{n} row, nothing to mend.", "{n} rows, nothing to mend.", rows).format(n=f"{rows:,}")
    words = [
        ngettext("{n} thing to mend", "{n} things to mend", stops).format(n=stops) if stops else "",
        ngettext("{n} to look at", "{n} to look at", warnings).format(n=warnings) if warnings else "",
    ]
    of = _("{flagged} of {rows} rows").format(flagged=f"{flagged:,}", rows=f"{rows:,}")
    return f"{', '.join(filter(None, words))}: {of}."
