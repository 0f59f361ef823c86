"""Carry out a `DistillSpec`: the teacher is asked, the student is tuned on what it said, and both are measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kit.data import Dataset, open_data
from kit.engines import Engine
from kit.engines.spec import Variant
from kit.errors import KitError, Stopped
from kit.i18n import _
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.measure.ledger import Ledger
from kit.measure.rows import rows_for
from kit.models.provenance import hashes_left_out
from kit.quantization.load import load
from kit.quantization.variant import variant_provenance
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.tuning.distill.answers import taught, teacher_answers
from kit.tuning.distill.compared import measured, right_rows, side_by_side, summary
from kit.tuning.distill.spec import READ_AT_ONCE, DistillSpec
from kit.tuning.distill.teaching import Teaching
from kit.tuning.tune import tune


def distill(spec: Spec, report: Report) -> Result:
    """Let the student of `spec` learn from its teacher, and say what share of its accuracy it has, at what cost.

    Asked to stop, it ends where it is; carried out again on the same folder, it goes on from there.
    """
    assert isinstance(spec, DistillSpec)
    model = variant_provenance(spec.teacher, report)
    if hashes_left_out(model):  # by which answers would not be known again
        raise Stopped
    work = _Distillation(spec, report, model)
    tuned = work.tuned_on_logits() if spec.on == "logits" else work.tuned_on_answers()
    return work.result(tuned)


class _Distillation:
    def __init__(self, spec: DistillSpec, report: Report, model: dict[str, Any]) -> None:
        self.spec, self.report, self.model = spec, report, model
        self.train, self.held = _divided(spec)
        self.facts: dict[str, Any] = {"on": spec.on, "teacher": spec.teacher.model, "student": spec.student.model}
        holds = holds_for(model=model, data=self.train)
        self.ledger = Ledger(Checkpoint(f"{spec.key}-teacher", report), holds)
        self.held_right: list[bool] = []  # of a teacher that a server runs

    def tuned_on_logits(self) -> Result:
        teaching = Teaching(self.spec, self.report, model=self.model)
        result = tune(self.spec.student, self.report, teach=teaching)
        self.facts["rest_share"] = teaching.rest
        return result

    def tuned_on_answers(self) -> Result:
        rows = self.train if self.spec.rows is None else open_data(self.spec.rows)
        told = self._as_the_teacher_is_asked(dataclasses.replace(self.train, items=rows.items, named=False))
        with self._teacher() as engine:
            answers = self._answers(told, "train", engine)
            if self.spec.teacher.remote:
                told_held = self._as_the_teacher_is_asked(self.held)
                given = self._answers(told_held, "held", engine)
                self.held_right = [
                    a in (r.accepted or (r.answer,)) for a, r in zip(given, told_held.items, strict=True)
                ]
        self._tell(rows, answers)
        lesson = taught(self.train, rows, answers)
        return tune(self.spec.student.replace(data=lesson.spec, validation=self.held.spec), self.report)

    def result(self, tuned: Result) -> Result:
        """Return the result of a distillation whose student was tuned so: both measured, where it finished."""
        spec, base = self.spec, {**tuned.metrics}
        parts: tuple[Result, ...] = ()
        if tuned.status == "finished":
            student = Variant(model=str(self.report.folder / tuned.artifacts["adapter"]))
            parts = tuple(
                measured(spec, variant, self.held, self.report, label)
                for label, variant in (("teacher", spec.teacher), ("student", student))
            )
            right = self.held_right if spec.teacher.remote else right_rows(parts[0])
            base |= side_by_side(*parts, teacher_right=right)
        facts = {**tuned.facts, **self.facts}
        if parts:
            facts["summary"] = summary(base)
        return dataclasses.replace(
            tuned,
            spec=spec.to_dict(),
            metrics=base,
            facts=facts,
            parts=parts,
            provenance={**tuned.provenance, "teacher": self.model},
        )

    def _as_the_teacher_is_asked(self, data: Dataset) -> Dataset:
        """Return the same rows with the instruction that the teacher was tuned with, if it was."""
        if self.spec.teacher.remote:
            return data
        asked = rows_for(self.spec.student.data, self.spec.teacher.model, self.report)
        return dataclasses.replace(data, instruction=asked.instruction)

    @contextmanager
    def _teacher(self) -> Iterator[Callable[[], Engine]]:
        """Give the teacher to whoever asks for it, and close it at the end."""
        held: list[Engine] = []

        def engine() -> Engine:
            if not held:
                held.append(load(self.spec.teacher, self.report, batch_size=READ_AT_ONCE))
            return held[0]

        try:
            yield engine
        finally:
            for each in held:
                each.close()

    def _answers(self, data: Dataset, part: str, engine: Callable[[], Engine]) -> list[str | None]:
        return teacher_answers(self.spec, data, part=part, engine=engine, ledger=self.ledger, report=self.report)

    def _tell(self, rows: Dataset, answers: list[str | None]) -> None:
        """Say how many answers can be used, and how many are right where that is known."""
        invalid = sum(answer is None for answer in answers)
        self.facts |= {"answers": len(answers), "invalid_answers": invalid}
        if invalid == len(answers):
            raise KitError(
                _("The teacher gave no answer that can be read."),
                fix=_("Give it more answer_tokens, an instruction that names the labels, or take another teacher."),
            )
        if rows.task != "continue":
            pairs = zip(answers, rows.items, strict=True)
            right = sum(answer in (row.accepted or (row.answer,)) for answer, row in pairs)
            self.facts["teacher_right_on_training_rows"] = right / len(answers)
        if invalid:
            words = _("{n} of {total} answers of the teacher cannot be read; their rows are left out.")
            self.report.message(words.format(n=invalid, total=len(answers)))


def _divided(spec: DistillSpec) -> tuple[Dataset, Dataset]:
    """Return the student's rows to learn from, and those both are measured on, divided as its tuning divides them."""
    student = spec.student
    train = open_data(student.data)
    if student.validation is None:
        return train.split(0.1, seed=student.seed)
    if student.data.task == "continue":
        return train, open_data(student.validation)
    same = {"instruction": student.validation.instruction or train.instruction, "labels": train.labels}
    return train, open_data(student.validation.replace(**same))
