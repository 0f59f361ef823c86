"""Explanations that the model writes: a sentence stands only where the facts bear it, else the template does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kit.data import DataSpec
from kit.engines import Variant
from kit.i18n import N_, _
from kit.jobs import Run
from kit.verticals.finance.checked import Checked, checked
from kit.verticals.finance.explaining import WriteSpec
from kit.verticals.finance.narrative import INSTRUCTION, narrative_row
from kit.verticals.finance.queue import read_queue, write_queue
from kit.verticals.finance.steps.pictured import without
from kit.verticals.given import store_rows
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step

if TYPE_CHECKING:
    from kit.verticals.finance.opening import FinanceCase

_SHOWN = 3


@step(N_("Explanations"))
def explanations(case: FinanceCase, *, alerts: int = 12) -> Report:
    """Return what the model writes about the first alerts of the queue, and how much of it may stand.

    Parameters
    ----------
    case : FinanceCase
    alerts : int, default 12
        How many; each takes a second or two.
    """
    if case.study is None:
        return without(case, _("Explanations"))
    if case.tuned_run is None:
        raise NotYet
    writer = _writer(case)
    chosen = _first(case, 2 if case.quick else alerts)
    rows = [_asked(case, alert) for alert in chosen]
    run = case.carry_out("explain", _write_spec(writer, rows))
    names = [rule["name"] for rule in case.study_facts["rules"]]
    found = {
        alert["id"]: checked(text, row["question"], alert["proposed"], names)
        for alert, row, text in zip(chosen, rows, run.result.facts["texts"], strict=True)
    }
    _keep(case, found)
    return _report(found, chosen, run)


def _writer(case: FinanceCase) -> Run:
    """Return the run whose adapter writes: one that has learnt to explain; in a quick look the one that classifies."""
    tuned = case.tuned_run
    assert tuned is not None
    if case.quick:
        return tuned
    assert case.study is not None
    path = case.study.folder / case.study.result.artifacts["explain.jsonl"]
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    data = _answers(store_rows(f"{case.name}-explanations", [_row(line) for line in lines]))
    spec = case.tune_spec(data=data, validation=None, epochs=4.0, evaluations=1, sample_answers=0)
    return case.carry_out("learn to explain", spec)


def _row(line: str) -> dict[str, Any]:
    import json

    row: dict[str, Any] = json.loads(line)
    return row


def _answers(path: Any) -> DataSpec:
    return DataSpec(source=str(path), task="answer", text="question", label="answer", instruction=INSTRUCTION)


def _first(case: FinanceCase, n: int) -> list[dict[str, Any]]:
    """Return the first alerts of the queue of each disposition in turn, so that not all explain the same."""
    alerts = read_queue(case.folder).get("alerts") or []
    by_label: dict[str, list[dict[str, Any]]] = {}
    for alert in alerts:
        by_label.setdefault(alert["proposed"], []).append(alert)
    turns = [alert for each in zip(*map(_padded(n), by_label.values()), strict=True) for alert in each if alert]
    return turns[:n]


def _padded(n: int) -> Any:
    return lambda alerts: (alerts + [None] * n)[:n]


def _asked(case: FinanceCase, alert: dict[str, Any]) -> dict[str, str]:
    rules = {rule["name"]: (rule["past"][0] + 1) / (rule["past"][1] + 2) for rule in case.study_facts["rules"]}
    return narrative_row(alert, [(name, rules[name]) for name in alert["fired"]], alert["proposed"])


def _write_spec(writer: Run, rows: list[dict[str, str]]) -> WriteSpec:
    return WriteSpec(
        variant=Variant(model=f"run:{writer.id}", method="bf16"),
        data=_answers(store_rows("explain-asked", rows)),
        max_new_tokens=64,
    )


def _keep(case: FinanceCase, found: dict[str, Checked]) -> None:
    written = {id: {"text": each.text, "refused": each.refused} for id, each in found.items()}
    stand = sum(not each.refused for each in found.values())
    case.keep(explanations={"written": written, "stand": stand, "of": len(found)})
    write_queue(case)


def _report(found: dict[str, Checked], chosen: list[dict[str, Any]], run: Run) -> Report:
    stand = [id for id, each in found.items() if not each.refused]
    sentence = _(
        "{n} of {of} sentences that the model wrote stand: each part of them is one fact of the alert. "
        "Whether these are the reasons that count, the check cannot tell."
    ).format(n=len(stand), of=len(found))
    reasons = Counter(each.refused for each in found.values() if each.refused)
    notes = [_("For the others the panel shows the template alone, and says why.")] if reasons else []
    notes += [_("Refused: {reason} ({n}).").format(reason=reason, n=n) for reason, n in reasons.most_common(4)]
    table = [(_("Alert"), _("What the model wrote"), _("May it stand?"))]
    proposed = {alert["id"]: alert["text"] for alert in chosen}
    shown = [*stand, *(id for id in found if id not in stand)][:_SHOWN]
    table += [(proposed[id], found[id].text, found[id].refused or _("yes")) for id in shown]
    return Report(
        title=_("Explanations"), sentence=sentence, table=tuple(table), notes=tuple(notes), result=run.result, run=run
    )
