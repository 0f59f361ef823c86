"""Carry out a `WriteSpec`: load once, then answer row by row, the likeliest token each time."""

from __future__ import annotations

from typing import Any

from kit.data import open_data
from kit.errors import Stopped
from kit.quantization.load import load
from kit.report import Report
from kit.result import Result, Status
from kit.spec import Spec
from kit.verticals.finance.explaining.spec import WriteSpec


def write(spec: Spec, report: Report) -> Result:
    """Let a model write.

    Raises
    ------
    Stopped
        The report asked to stop; carries what is written by then.
    """
    assert isinstance(spec, WriteSpec)
    prompts = open_data(spec.data).prompts()
    engine = load(spec.variant, report)
    texts: list[str] = []
    try:
        for place, prompt in enumerate(prompts):
            report.progress("answering", place, len(prompts), "rows")
            stream = engine.generate(prompt, max_new_tokens=spec.max_new_tokens, temperature=0.0, seed=0)
            texts.append("".join(token.text for token in stream).strip())
            report.check()
    except Stopped as stop:
        raise Stopped(_result(spec, texts, status="stopped")) from stop
    finally:
        engine.close()
    return _result(spec, texts)


def _result(spec: WriteSpec, texts: list[str], status: Status = "finished") -> Result:
    facts: dict[str, Any] = {"texts": texts}
    return Result(spec=spec.to_dict(), status=status, facts=facts, metrics={"rows": float(len(texts))})
