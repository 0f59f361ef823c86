"""Words that several steps share."""

from __future__ import annotations

from kit.i18n import _
from kit.measure.one_answer import only_answer
from kit.measure.saying import metric_words
from kit.result import Result


def metric_name(metric: str) -> str:
    """Return what a metric is called inside a sentence."""
    return {"f1": _("F1 of words"), "acc_norm": _("accuracy (by length)")}.get(metric) or metric_words(metric)


def metric_notes(metric: str) -> tuple[str, ...]:
    """Return what a metric is, where its name does not say so."""
    if metric != "macro_f1":
        return ()
    return (
        _(
            "Macro-F1: for each label, F1 falls with each row that is missed and with each that is called so wrongly; "
            "macro-F1 is their mean, so rare labels count as much as frequent ones. 1 is perfect."
        ),
    )


def simplest(result: Result) -> list[tuple[str, str]]:
    """Return what nobody needs a model for: the most frequent answer, or chance."""
    facts = result.facts
    if facts.get("majority_acc") is not None:
        label = facts.get("majority_label")
        name = _("Always '{label}'").format(label=label) if label else _("Always the most frequent answer")
        return [(name, _("accuracy {acc:.3f}").format(acc=facts["majority_acc"]))]
    if facts.get("chance_acc") is not None:
        return [(_("Chance"), _("accuracy {acc:.3f}").format(acc=facts["chance_acc"]))]
    return []


def one_answer(result: Result) -> tuple[str, ...]:
    """Return that a model gives every row the same label, where it does."""
    label = only_answer(result)
    said = _("It gives every row the same answer, '{label}': it does not tell them apart.")
    return (said.format(label=label),) if label else ()
