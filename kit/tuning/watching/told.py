"""What a person is told of the course of a training, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kit.errors import KitError
from kit.i18n import _
from kit.report import Report
from kit.tuning.example import Encoded
from kit.tuning.progress import Progress
from kit.tuning.spec import TuneSpec
from kit.tuning.validate import Validation
from kit.tuning.watching.course import Overfit


def told_cut(encoded: Encoded, max_length: int, report: Report) -> None:
    """Tell how many rows were too long."""
    if encoded.questions_cut or encoded.answers_cut:
        told = _("Rows longer than {most} tokens were cut: {questions} in their question, {answers} in their answer.")
        numbers = {"questions": encoded.questions_cut, "answers": encoded.answers_cut}
        report.message(told.format(most=max_length, **numbers))


def told_early_stop(progress: Progress, total: int, report: Report) -> None:
    """Tell that a training ended before its last step, and why."""
    report.message(early_stop_words(progress.step, progress.best_step or 0, total))


def only_answer(found: Validation | None, right: Sequence[str]) -> str | None:
    """Return the label that every validation row was given although their `right` labels differ; None where not so."""
    given = set(found.answers) if found is not None else set()
    return given.pop() if len(given) == 1 and len(set(right)) > 1 else None


def told_only_answer(label: str | None, spec: TuneSpec, report: Report) -> None:
    """Tell that a model has not learnt to tell rows apart, and what may help."""
    if label is None:
        return
    told = _("Every validation row is given the same answer, '{label}': the model does not tell the rows apart.")
    balance = _('Where one label is far more frequent, class_weights="balanced" lets the others count as much. ')
    more = _(
        "More steps may help. Numbers in a table are hard for a small language model: tell it in words which of them "
        "are unusual, as kit.verticals.manufacturing does, and measure a model of numbers beside it."
    )
    hint = balance + more if spec.class_weights == "none" else more
    report.message(f"{told.format(label=label)} {hint}")


def early_stop_words(step: int, best: int, total: int) -> str:
    """Return where a training stopped early."""
    return _("Stopped early at step {n} of {total}; best was {best}.").format(n=step, best=best, total=total)


def check_loss(loss: float, step: int, learning_rate: float) -> None:
    """Raise where learning has broken: what follows could only be worse.

    Raises
    ------
    KitError
        The loss is no number.
    """
    if not math.isfinite(loss):
        raise KitError(
            _("The loss of step {n} is no number: learning has broken.").format(n=step),
            fix=_("Train with a lower learning rate than {rate:g}; kit.find_learning_rate(…) suggests one.").format(
                rate=learning_rate
            ),
        )


def told_overfit(found: Overfit | None, spec: TuneSpec, report: Report) -> None:
    """Tell since when the rows are learnt by heart, if they are, and what to do."""
    if found is None:
        return
    told = _(
        "Since step {since} the validation loss rises while the training loss falls: the rows are learnt by heart. "
        "It was lowest at step {best}.{kept} Train for fewer epochs, with a lower rate or rank, or on more rows."
    )
    kept = " " + _("The newest adapter that is not clearly worse is kept.") if spec.keep == "best" else ""
    text = told.format(since=found.since_step, best=found.best_step, kept=kept)
    hint = "" if spec.early_stopping else " " + _("early_stopping=2 ends such a training by itself.")
    report.message(text + hint)
