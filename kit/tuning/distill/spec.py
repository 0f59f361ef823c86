"""Who learns from whom, and what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from kit.data import DataSpec, open_data
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.measure.needs import evaluation_needs
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method
from kit.quantization.variant import check_variant, look_up
from kit.spec import Needs, Spec, param
from kit.tuning.spec import TuneSpec

READ_AT_ONCE = 8  # rows that the teacher reads at a time


@dataclass(frozen=True, kw_only=True)
class DistillSpec(Spec):
    """A student is tuned on what a teacher expects of its rows, or on what the teacher answers."""

    carried_out_by = "kit.tuning.distill.distill:distill"
    preload = ("kit.tuning.tune",)

    teacher: Variant = param(label=N_("Teacher"), help=N_("A model held in any way, or one that a server runs"))
    student: TuneSpec = param(label=N_("Student"), help=N_("The model to tune, its rows, and how"))
    on: str = param(
        "answers",
        label=N_("Learns from"),
        help=N_("Answers: what the teacher gives; logits: how likely each token is to it, for equal tokenizers"),
        choices=("answers", "logits"),
    )
    rows: DataSpec | None = param(
        None,
        label=N_("Rows for the teacher"),
        help=N_("Left out, the student's; read as plain text (continue) they need no answers"),
    )
    temperature: float = param(
        2.0, label=N_("Temperature"), help=N_("Above 1, unlikely tokens count more; logits only"), above=0, high=100
    )
    hard_share: float = param(
        0.5, label=N_("Share of the right answers"), help=N_("In the loss; the rest is the teacher's"), low=0, high=1
    )
    top: int = param(
        64, label=N_("Tokens kept"), help=N_("The teacher's likeliest at each place; others count together"), low=1
    )
    answer_tokens: int = param(
        64, label=N_("Answer tokens"), help=N_("Written in each answer at most"), unit="tokens", low=1, high=8192
    )
    requests: int = param(
        8, label=N_("Requests"), help=N_("Answers of each that are timed at the end; 0: none"), low=0, high=1000
    )

    def check(self) -> None:
        check_variant(self.teacher)
        if self.on == "logits":
            self._check_logits()
        elif self.student.data.task == "continue":
            fix = _('Learn from its logits: on="logits".')
            raise ParameterError("on", self.on, allowed=_("logits for plain text, which has no answers"), fix=fix)
        if self.rows is not None and self.rows.task not in ("continue", self.student.data.task):
            allowed = _("{task}, as the student's, or continue").format(task=self.student.data.task)
            raise ParameterError("rows.task", self.rows.task, allowed=allowed)
        if self.rows is not None and self.student.data.task == "choose" and self.rows.task == "continue":
            allowed = _("choose: plain text brings no choices")
            raise ParameterError("rows.task", self.rows.task, allowed=allowed)

    def _check_logits(self) -> None:
        if self.teacher.remote:
            fix = _('Learn from its answers: on="answers".')
            allowed = _("answers where a server runs the teacher, which does not tell all of its logits")
            raise ParameterError("on", self.on, allowed=allowed, fix=fix)
        if self.rows is not None:
            allowed = _("left out where logits are learnt: they are those of the student's own rows")
            raise ParameterError("rows", self.rows, allowed=allowed)
        if self.student.processes > 1:
            allowed = _("1 where logits are learnt")
            raise ParameterError("student.processes", self.student.processes, allowed=allowed)
        if self.student.method == "prompt":
            allowed = _("any other where logits are learnt")
            raise ParameterError("student.method", self.student.method, allowed=allowed)

    def look_ahead(self) -> None:
        self.student.look_ahead()
        if self.rows is not None:
            open_data(self.rows)
        look_up(self.teacher)
        if not self.teacher.remote:
            check_runs_here(get_method(self.teacher.method))

    def needs(self) -> Needs:
        """Return what the larger of the two takes: the teacher is gone when the student trains."""
        student = self.student.needs()
        teacher = evaluation_needs([self.teacher], self.student.data, batch_size=READ_AT_ONCE, perplexity=False)
        both = (student.memory_bytes, teacher.memory_bytes)
        if self.teacher.remote or None in both:
            return student
        larger = teacher if (both[1] or 0) > (both[0] or 0) else student
        return dataclasses.replace(larger, devices=student.devices)

    def lighter(self) -> Iterator[tuple[DistillSpec, str]]:
        for student, code in self.student.lighter():
            yield self.replace(student=student), f"student=…replace({code})"

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room  # asked in the worker only

        return check_room(self, needs)
