"""Carry out an `AnswerSpec`: several variants answer the same question, one after another."""

from __future__ import annotations

import time

from kit.engines import Message, Variant
from kit.machine.facts import MIB
from kit.measure.spec import AnswerSpec
from kit.quantization.load import load
from kit.report import Report
from kit.result import Result
from kit.spec import Spec


def answer(spec: Spec, report: Report) -> Result:
    """Let each variant answer; its text is reported token by token."""
    assert isinstance(spec, AnswerSpec)
    answers = []
    for i, variant in enumerate(spec.variants):
        report.check()
        report.progress(f"loading {variant.name}", i, len(spec.variants), "answers")
        answers.append(_one(spec, variant, f"{i}", report))
        report.record("answer", answers[-1])
    return Result(spec=spec.to_dict(), facts={"answers": answers})


def _one(spec: AnswerSpec, variant: Variant, part: str, report: Report) -> dict[str, str | float]:
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
