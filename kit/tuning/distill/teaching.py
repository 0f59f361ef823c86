"""What a local teacher expects at each place of each answer, computed once and kept.

The teacher reads questions as its own template asks them; the answers are the same tokens. It is asked in chunks, each
of which is kept when it is done, so a run that is stopped and resumed asks only for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from kit.data import Dataset
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.prepare import ready_folder
from kit.errors import UnsupportedError
from kit.i18n import _
from kit.measure.rows import rows_for
from kit.place import patiently
from kit.quantization.load import load
from kit.report import Report
from kit.tuning.batch import last_positions, left_padded
from kit.tuning.distill.soft import Soft, softened
from kit.tuning.distill.spec import READ_AT_ONCE, DistillSpec
from kit.tuning.durable import write_durably
from kit.tuning.example import Encoded, Example, encode_rows

_CHUNK = 4 * READ_AT_ONCE  # rows that are kept together
_NAMES = ("tokens", "logs", "rest")


class Teaching:
    """Gives the student's examples what the teacher of `spec` expects of them.

    Parameters
    ----------
    spec : DistillSpec
    report : Report
        In whose folder it is kept; told how far it is.
    model : dict
        The teacher's provenance, by which what was kept is known again.
    """

    def __init__(self, spec: DistillSpec, report: Report, *, model: dict[str, Any]) -> None:
        self._spec, self._report, self._model = spec, report, model
        self.rest = 0.0  # what the tokens that were not kept have together, on average

    def __call__(self, encoded: Encoded, train: Dataset, tokenizer: Any) -> Encoded:
        """Return `encoded` with soft targets.

        Raises
        ------
        UnsupportedError
            Teacher and student do not have the same tokenizer.
        Stopped
            Asked to; what is done is kept.
        """
        spec = self._spec
        folder, _location = ready_folder(spec.teacher.model, self._report)
        own = load_tokenizer(folder)
        check_same(tokenizer, own, teacher=spec.teacher.model, student=spec.student.model)
        asked = rows_for(spec.student.data, spec.teacher.model, self._report)
        told = replace(train, instruction=asked.instruction)
        examples = encode_rows(own, told, spec.student.max_length).examples
        if [each.answer for each in examples] != [each.answer for each in encoded.examples]:
            raise _other_answers(spec)
        soft = self._softs(examples, own, held_for={"data": train.hash, "model": self._model})
        taught = [
            replace(example, soft=each, weight=example.weight * spec.hard_share)
            for example, each in zip(encoded.examples, soft, strict=True)
        ]
        return replace(encoded, examples=taught)

    def _softs(self, examples: Sequence[Example], tokenizer: Any, *, held_for: dict[str, Any]) -> list[Soft]:
        parts: dict[int, dict[str, torch.Tensor]] = {}
        engine = None
        try:
            for start in range(0, len(examples), _CHUNK):
                rows = examples[start : start + _CHUNK]
                self._report.progress("asking the teacher", start, len(examples), "rows")
                path = self._path(start)
                kept = _kept(path, held_for, places=sum(len(row.answer) for row in rows))
                if kept is None:
                    self._report.check()
                    engine = engine or load(self._spec.teacher, self._report, batch_size=READ_AT_ONCE)
                    kept = self._asked(engine, rows, pad=tokenizer.pad_token_id or 0)
                    data = save(kept, metadata={"held_for": json.dumps(held_for, sort_keys=True)})
                    patiently(lambda path=path, data=data: write_durably(path, data), self._report)  # type: ignore[misc]
                parts[start] = kept
        finally:
            if engine is not None:
                engine.close()
        self._report.progress("asking the teacher", len(examples), len(examples), "rows")
        whole = {name: torch.cat([part[name] for part in parts.values()]) for name in _NAMES}
        self.rest = float(whole["rest"].exp().mean())
        return self._by_row(whole, [len(example.answer) for example in examples])

    def _by_row(self, whole: dict[str, torch.Tensor], counts: list[int]) -> list[Soft]:
        split = zip(*(whole[name].split(counts) for name in _NAMES), strict=True)
        weight, temperature = 1 - self._spec.hard_share, self._spec.temperature
        return [Soft(t.long(), logs, rest, temperature=temperature, weight=weight) for t, logs, rest in split]

    @torch.inference_mode()
    def _asked(self, engine: Any, rows: Sequence[Example], *, pad: int) -> dict[str, torch.Tensor]:
        """Return what the teacher expects at all places of the answers of `rows`, in order."""
        found: dict[str, list[torch.Tensor]] = {name: [] for name in _NAMES}
        for start in range(0, len(rows), READ_AT_ONCE):
            self._report.check()
            for logits in _answer_logits(engine.model, rows[start : start + READ_AT_ONCE], pad=pad):
                parts = softened(logits, self._spec.temperature, self._spec.top)
                for name, part in zip(_NAMES, parts, strict=True):
                    found[name].append(part.cpu())
        whole = {name: torch.cat(parts).contiguous() for name, parts in found.items()}
        return {**whole, "tokens": whole["tokens"].int()}

    def _path(self, start: int) -> Path:
        return self._report.folder / "checkpoint" / f"{self._spec.key}-teacher-{start:08d}.safetensors"


def _answer_logits(model: Any, rows: Sequence[Example], *, pad: int) -> list[torch.Tensor]:
    """Return the logits at the places of each row's answer, [answer, vocabulary] each."""
    batch = left_padded([row.question + row.answer[:-1] for row in rows], pad=pad, prefix=0, device=model.device)
    longest = max(len(row.answer) for row in rows)
    keep = last_positions(batch.ids.shape[1], longest, model.device)
    logits = model(**batch.inputs(), use_cache=False, logits_to_keep=keep).logits
    return [logits[i, longest - len(row.answer) :] for i, row in enumerate(rows)]


def check_same(mine: Any, theirs: Any, *, teacher: str, student: str) -> None:
    """Raise `UnsupportedError` unless two tokenizers mean the same tokens by the same numbers."""
    if mine.get_vocab() == theirs.get_vocab():
        return
    problem = _("The logits of {teacher} cannot teach {student}: their tokenizers differ.")
    fix = _('Learn from its answers: on="answers".')
    raise UnsupportedError(problem.format(teacher=teacher, student=student), fix=fix)


def _other_answers(spec: DistillSpec) -> UnsupportedError:
    problem = _("The logits of {teacher} cannot teach {student}: the two end or cut answers differently.").format(
        teacher=spec.teacher.model, student=spec.student.model
    )
    return UnsupportedError(problem, fix=_('Give a larger max_length, or learn from its answers: on="answers".'))


def _kept(path: Path, held_for: dict[str, Any], *, places: int) -> dict[str, torch.Tensor] | None:
    """Return what an earlier attempt kept, where it is whole and of the same rows and teacher."""
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("held_for") != json.dumps(held_for, sort_keys=True):
                return None
            found = {name: file.get_tensor(name).clone() for name in _NAMES}
    except (OSError, SafetensorError, ValueError):
        return None
    return found if len(found["tokens"]) == places else None
