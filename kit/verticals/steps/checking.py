"""The first steps: what the data gate sees in rows without personal data, and what was taken out, repaired, divided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kit.gate.personal.kinds import KINDS, counted
from kit.gate.registry import CHECKS
from kit.i18n import N_, _, ngettext
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.words import count

if TYPE_CHECKING:
    from kit.verticals.case import Case

_PARTS = {
    "fit": N_("to learn from"),
    "validation": N_("to choose by"),
    "test": N_("to measure on"),
}
_LEVELS = {
    "ok": N_("fine"),
    "note": N_("worth knowing"),
    "warn": N_("look first"),
    "stop": N_("look first"),
    "mended": N_("mended"),
}


@step(N_("The data gate"))
def check(case: Case) -> Report:
    """Return what the checks of the data gate found."""
    run = case.preparation()
    facts = run.result.facts
    findings = facts["findings"]
    mended = {each["step"] for each in facts["steps"] if _changed(each)}
    levels = ["mended" if each["check"] in mended else each["level"] for each in findings]
    table = [(_("Check"), _("State"), _("What was seen"))]
    table += [
        (_(CHECKS[each["check"]].label), _(_LEVELS[level]), each["summary"])
        for each, level in zip(findings, levels, strict=True)
    ]
    open_ones = sum(level in ("warn", "stop") for level in levels)
    seen = ngettext("{n} check asks for a look", "{n} checks ask for a look", open_ones).format(n=open_ones)
    sentence = _("{rows} rows were looked at after personal data was taken out: {seen}.").format(
        rows=count(facts["masked"]["train"]["rows"]), seen=seen if open_ones else _("nothing to mend")
    )
    notes = (_("Mended: put right before anything learns from the rows."),) if "mended" in levels else ()
    return Report(
        title=_("The data gate"), sentence=sentence, table=tuple(table), notes=notes, result=run.result, run=run
    )


@step(N_("Personal data and repairs"))
def clean(case: Case) -> Report:
    """Return what was taken out and repaired, and which rows serve what."""
    run = case.preparation()
    result = run.result
    masked = result.facts["masked"]
    found = sum((Counter(part["found"]) for part in masked.values()), Counter())
    rows_with = sum(part["rows_with"] for part in masked.values())
    parts = [(_(words), count(result.metrics[f"{part}_rows"])) for part, words in _PARTS.items()]
    rows = [(_("Rows {what}").format(what=what), n) for what, n in parts]
    facts = [
        *_repairs(result.facts["steps"]),
        *_left_out(masked, quick=case.quick),
        *rows,
        *_division(case, result.facts),
    ]
    return Report(
        title=_("Personal data and repairs"),
        sentence=_taken_out(found, rows_with),
        facts=tuple(facts),
        notes=_labels(result.facts["labels"]),
        result=result,
        run=run,
    )


def _taken_out(found: Mapping[str, int], rows: int) -> str:
    """Return what personal data was taken out, as kinds and counts: what it was is told nowhere."""
    kinds = [kind for kind in KINDS if found.get(kind)]
    if not kinds:
        return _("No personal data was seen.")
    listed = ", ".join(counted(kind, found[kind]) for kind in kinds)
    words = ngettext(
        "Taken out of {n} row before anything else read it: {listed}.",
        "Taken out of {n} rows before anything else read them: {listed}.",
        rows,
    )
    return words.format(n=count(rows), listed=listed)


def _repairs(steps: list[dict[str, Any]]) -> list[tuple[str, str]]:
    told = []
    for each in steps:
        dropped, mended = each["rows_before"] - each["rows_after"], each.get("texts_changed", 0)
        words = ngettext("{n} text mended", "{n} texts mended", mended).format(n=count(mended))
        if each["does"] == "drop":
            words = ngettext("{n} row dropped", "{n} rows dropped", dropped).format(n=count(dropped))
        told.append((_(CHECKS[each["step"]].label), words))
    return told


def _changed(each: Mapping[str, Any]) -> bool:
    """Has this repair changed anything?"""
    return bool(each["rows_before"] - each["rows_after"] or each.get("texts_changed", 0))


def _left_out(masked: Mapping[str, Mapping[str, Any]], *, quick: bool) -> list[tuple[str, str]]:
    broken = sum(part["broken"] for part in masked.values())
    strange = sum(part["strange"] for part in masked.values())
    unused = {name: part["of"] - part["rows"] - part["broken"] - part["strange"] for name, part in masked.items()}
    why = _("this is a quick look") if quick else _("more than the minutes hold")
    told = {
        _("Left out: cannot be used"): broken,
        _("Left out: a label that is not learnt"): strange,
        _("Not learnt from: {why}").format(why=why): unused.pop("train", 0),
        _("Not measured on: {why}").format(why=why): sum(unused.values()),
    }
    return [(name, count(n)) for name, n in told.items() if n]


def _division(case: Case, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    own = [] if case.given.test is None else [(_("Test rows"), _("from a file of their own"))]
    if case.group:
        return [*own, (_("Divided by"), _("{column}: no group stands on two sides").format(column=case.group))]
    if case.time:
        return [*own, (_("Divided by"), _("{column}: the latest rows are held back").format(column=case.time))]
    shares = _("label: each part has the same shares") if case.task == "classify" else _("chance")
    return [*own, (_("Divided by"), shares)]


def _labels(labels: Mapping[str, list[int]]) -> tuple[str, ...]:
    if not labels:
        return ()
    told = ", ".join(f"{label} {count(rows[0])} / {count(rows[-1])}" for label, rows in list(labels.items())[:20])
    more = len(labels) - 20
    return (
        _("Labels (learnt from and chosen by / measured on): {told}").format(told=told)
        + (_(" and {n} more.").format(n=more) if more > 0 else "."),
    )
