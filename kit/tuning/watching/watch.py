"""What is measured at each evaluation of a training, and told to whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.data import Dataset, open_data
from kit.report import Report
from kit.tuning.example import Example, encode_rows
from kit.tuning.material import Material
from kit.tuning.spec import TuneSpec
from kit.tuning.validate import Validation, at_most, telling_answer
from kit.tuning.watching.samples import answer_samples, choose_samples
from kit.tuning.watching.score import Scores, score_rows


@dataclass(frozen=True)
class _Rows:
    data: Dataset
    examples: list[Example]


class Watch:
    """Measures a model on validation rows, general rows and a few samples.

    Parameters
    ----------
    spec : TuneSpec
    material : Material
    report : Report
        Told every number and answer.
    """

    def __init__(self, spec: TuneSpec, material: Material, report: Report) -> None:
        self._material, self._report = material, report
        self._held = _Rows(material.held, material.held_examples)
        self._general = _general_rows(spec, material)
        self._samples = choose_samples(material.tokenizer, material.held, material.held_examples, spec.sample_answers)

    def measure(self, step: int, before: Validation | None) -> Validation:
        """Return what is found after `step`, which is told; `before` is what was found of the untuned model."""
        scores = self._scored(self._held)
        general = None if self._general is None else self._scored(self._general)
        given = _given(self._material.held, scores)
        m = self._material
        samples = answer_samples(m.model, m.tokenizer, self._samples, given)
        found = Validation(scores.loss, scores.accuracy, given, samples, general, scores.misses)
        self._tell(step, found, before or found)
        return found

    def _scored(self, rows: _Rows) -> Scores:
        m, count = self._material, len(rows.examples)
        self._report.progress("validating", 0, count, "rows")
        return score_rows(
            m.model,
            m.tokenizer,
            rows.data,
            rows.examples,
            on_progress=lambda done: self._report.progress("validating", done, count, "rows"),
        )

    def _tell(self, step: int, found: Validation, before: Validation) -> None:
        report = self._report
        report.metric("validation_loss", found.loss, step=step)
        if found.accuracy is not None:
            report.metric("validation_accuracy", found.accuracy, step=step)
            report.record("answer", telling_answer(self._material.held, before, found))
        if found.general is not None:
            report.metric("general_loss", found.general.loss, step=step)
            if found.general.accuracy is not None:
                report.metric("general_accuracy", found.general.accuracy, step=step)
        if self._samples:
            report.record("answers", {"step": step, "rows": self._answered(found, before)})

    def _answered(self, found: Validation, before: Validation) -> list[dict[str, Any]]:
        each = zip(self._samples, found.samples, before.samples, strict=True)
        return [{"text": s.text, "gold": s.gold, "answer": now, "before": was} for s, now, was in each]


def _given(data: Dataset, scores: Scores) -> tuple[str, ...]:
    if not scores.chosen:
        return ()
    return tuple((row.choices or data.labels)[i] for row, i in zip(data.items, scores.chosen, strict=True))


def _general_rows(spec: TuneSpec, material: Material) -> _Rows | None:
    if spec.general is None:
        return None
    data = open_data(spec.general)
    data = data.take(at_most(len(data), spec.seed))
    examples = encode_rows(material.tokenizer, data, spec.max_length).examples
    return _Rows(data, [examples[i] for i in at_most(len(examples), spec.seed)])
