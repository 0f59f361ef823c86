"""What a person is told of the course of a training, in sentences."""

from __future__ import annotations

import math

from kit.errors import KitError
from kit.i18n import _
from kit.report import Report
from kit.tuning.example import Encoded
from kit.tuning.progress import Progress
from kit.tuning.spec import TuneSpec
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
        "Step {best} was best{kept}. Train for fewer epochs, with a lower learning rate or rank, or on more rows."
    )
    kept = _(" and is kept") if spec.keep == "best" else ""
    text = told.format(since=found.since_step, best=found.best_step, kept=kept)
    hint = "" if spec.early_stopping else " " + _("early_stopping=2 ends such a training by itself.")
    report.message(text + hint)
