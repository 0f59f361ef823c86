"""Carry out an `AnswerSpec`: several variants answer the same question, one after another.

A finished answer is kept, so that a resumed run asks only the others; one that was interrupted is written anew.
"""

from __future__ import annotations

import time
from typing import Any

from kit.engines import Message, Variant
from kit.engines.prepare import ready_base
from kit.engines.usage import usage_of
from kit.errors import Stopped
from kit.machine.facts import MIB
from kit.machine.provenance import seeds
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.measure.spec import AnswerSpec
from kit.models.provenance import hashes_left_out
from kit.quantization.load import load
from kit.quantization.variant import variant_provenance
from kit.report import Report
from kit.result import Result, Status
from kit.spec import Spec

Answer = dict[str, Any]
Models = dict[tuple[str, str], dict[str, Any]]  # provenance by engine and name


def answer(spec: Spec, report: Report) -> Result:
    """Let each variant answer; its text is reported token by token.

    Raises
    ------
    Stopped
        The report asked to stop; carries the answers that are finished.
    """
    assert isinstance(spec, AnswerSpec)
    report.progress("loading", 0, len(spec.variants), "answers")
    models: Models = {}
    for variant in spec.variants:
        if _place(variant) not in models:
            models[_place(variant)] = _model(variant, report)
    asked = _Asked(spec, report, models)
    try:
        for place in range(len(spec.variants)):
            asked.take(place)
    except Stopped as stop:
        raise Stopped(_result(spec, asked, models, status="stopped")) from stop
    return _result(spec, asked, models)


def _place(variant: Variant) -> tuple[str, str]:
    """Return what tells a model from another of the same name, on a server or here."""
    return variant.engine, variant.model


def _model(variant: Variant, report: Report) -> dict[str, Any]:
    location = None if variant.remote else ready_base(variant.model, report)
    found = variant_provenance(variant, report, location=location)
    if hashes_left_out(found):  # by which a finished answer would not be known again
        raise Stopped
    return found


def _result(spec: AnswerSpec, asked: _Asked, models: Models, status: Status = "finished") -> Result:
    return Result(
        spec=spec.to_dict(),
        status=status,
        facts={"answers": [answer for answer in asked.answers if answer is not None]},
        provenance={"models": list(models.values()), "seeds": seeds(spec.to_dict())},
    )


class _Asked:
    """The answers so far, by place; None where there is none yet."""

    def __init__(self, spec: AnswerSpec, report: Report, models: Models) -> None:
        self._spec, self._report = spec, report
        self._checkpoint = Checkpoint(spec.key, report)
        self._hold_for = [holds_for(model=models[_place(variant)]) for variant in spec.variants]
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
        stream = engine.generate(
            prompt, max_new_tokens=spec.max_new_tokens, temperature=spec.temperature, seed=spec.seed
        )
        for token in stream:
            count += 1
            first = first or time.perf_counter() - started
            text += token.text
            report.token(part, token.text)
            report.check()
        seconds = time.perf_counter() - started
        usage = usage_of(stream)
        count = count if usage is None else usage.new_tokens
        memory = None if variant.remote else engine.footprint() / MIB
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
        **({} if memory is None else {"weight_mib": memory}),
    }
