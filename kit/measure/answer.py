"""Carry out an `AnswerSpec`: several variants answer the same question, one after another.

A finished answer is kept, so that a resumed run asks only the others; one that was interrupted is written anew.
"""

from __future__ import annotations

import time
from typing import Any

from kit.engines import Message, Variant
from kit.engines.prepare import ready_base
from kit.errors import Stopped
from kit.machine.facts import MIB
from kit.machine.provenance import seeds
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.measure.spec import AnswerSpec
from kit.models import model_provenance
from kit.models.provenance import hashes_left_out
from kit.quantization.load import load
from kit.report import Report
from kit.result import Result, Status
from kit.spec import Spec

Answer = dict[str, Any]


def answer(spec: Spec, report: Report) -> Result:
    """Let each variant answer; its text is reported token by token.

    Raises
    ------
    Stopped
        The report asked to stop; carries the answers that are finished.
    """
    assert isinstance(spec, AnswerSpec)
    report.progress("loading", 0, len(spec.variants), "answers")
    names = dict.fromkeys(variant.model for variant in spec.variants)
    models = {name: _model(name, report) for name in names}
    asked = _Asked(spec, report, models)
    try:
        for place in range(len(spec.variants)):
            asked.take(place)
    except Stopped as stop:
        raise Stopped(_result(spec, asked, models, status="stopped")) from stop
    return _result(spec, asked, models)


def _model(name: str, report: Report) -> dict[str, Any]:
    found = model_provenance(ready_base(name, report), report)
    if hashes_left_out(found):  # by which a finished answer would not be known again
        raise Stopped
    return found


def _result(spec: AnswerSpec, asked: _Asked, models: dict[str, Any], status: Status = "finished") -> Result:
    return Result(
        spec=spec.to_dict(),
        status=status,
        facts={"answers": [answer for answer in asked.answers if answer is not None]},
        provenance={"models": list(models.values()), "seeds": seeds(spec.to_dict())},
    )


class _Asked:
    """The answers so far, by place; None where there is none yet."""

    def __init__(self, spec: AnswerSpec, report: Report, models: dict[str, Any]) -> None:
        self._spec, self._report = spec, report
        self._checkpoint = Checkpoint(spec.key, report)
        self._hold_for = [holds_for(model=models[variant.model]) for variant in spec.variants]
        self.answers: list[Answer | None] = [
            self._checkpoint.kept(_file(place), holds_for=conditions) for place, conditions in enumerate(self._hold_for)
        ]
        kept = [v.name for v, a in zip(spec.variants, self.answers, strict=True) if a is not None]
        self._checkpoint.say_kept(kept)

    def take(self, place: int) -> None:
        """Make sure that the variant at `place` has answered."""
        kept, report, spec = self.answers[place], self._report, self._spec
        if kept is not None:
            report.token(f"{place}", kept["text"])  # a new attempt begins with no text
            return
        report.check()
        report.progress(f"loading {spec.variants[place].name}", place, len(spec.variants), "answers")
        found = _one(spec, spec.variants[place], f"{place}", report)
        self.answers[place] = found
        report.record("answer", found)
        self._checkpoint.keep(_file(place), found, holds_for=self._hold_for[place])


def _file(place: int) -> str:
    return f"answer-{place}.json"


def _one(spec: AnswerSpec, variant: Variant, part: str, report: Report) -> Answer:
    engine = load(variant, report)
    report.progress(f"answering as {variant.name}", 0, spec.max_new_tokens, "tokens")
    prompt: list[Message] = [{"role": "user", "content": spec.prompt}]
    text, count, first = "", 0, 0.0
    started = time.perf_counter()
    try:
        for token in engine.generate(
            prompt, max_new_tokens=spec.max_new_tokens, temperature=spec.temperature, seed=spec.seed
        ):
            count += 1
            first = first or time.perf_counter() - started
            text += token.text
            report.token(part, token.text)
            report.check()
        seconds = time.perf_counter() - started
        memory = engine.footprint() / MIB
    finally:
        engine.close()
    return {
        "part": part,
        "variant": variant.name,
        "model": variant.model,
        "method": variant.method,
        "text": text,
        "ttft_s": first,
        "tokens_per_s": (count - 1) / (seconds - first) if count > 1 else 0.0,
        "weight_mib": memory,
    }
