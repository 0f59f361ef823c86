"""Carry out a `SelfTestSpec`: make, load, score and write with one method, and see that it is the same model still."""

from __future__ import annotations

import os
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy

from kit.data import DataSpec
from kit.engines import Engine, Variant
from kit.errors import KitError
from kit.experiments.selftest.spec import SelfTestSpec
from kit.experiments.selftest.tiny import TEXTS, calibration_rows, tiny_model
from kit.i18n import _
from kit.measure.divergence import kl_divergence
from kit.quantization.load import load
from kit.quantization.registry import get_method
from kit.report import Report
from kit.result import Result
from kit.spec import Spec

# Of the divergence of one who knows nothing (all tokens alike) from the model in 32 bits: a format that keeps little
# of a random model still keeps far more than this, a wrong layout or scale keeps nothing.
_MOST = 0.5
_TOKENS = 8  # written


def self_test(spec: Spec, report: Report) -> Result:
    """Hold the tiny model by a method and compare it with the same model in 32 bits.

    Raises
    ------
    KitError
        It expects other tokens than the model it was made from, or cannot write.
    """
    assert isinstance(spec, SelfTestSpec)
    with tempfile.TemporaryDirectory() as place:
        os.environ["TUNEBOOK_CACHE"] = place  # of this process alone: artefacts are made anew, and none stays
        folder = tiny_model(Path(place) / "tiny")
        expected = _expected(_opened("fp32", folder, report))
        engine = _opened(spec.method, folder, report)
        try:
            report.progress("measuring")
            share = _share(expected, _read(engine))
            written = [token.id for token in islice(_answer(engine), _TOKENS)]
            size = engine.file_size()
        finally:
            engine.close()
    if not share < _MOST:
        problem = _("{method} expects other tokens than the model it was made from: {share:.0%} of all is lost.")
        raise KitError(problem.format(method=spec.method, share=share), fix=_("Use another method, and report this."))
    facts = {"method": spec.method, "lost": round(share, 5), "written": written, "bytes": size}
    return Result(spec=spec.to_dict(), metrics={"lost": share}, facts=facts)


def _opened(method: str, folder: Path, report: Report) -> Engine:
    rows = None
    if get_method(method).calibrated:
        file = calibration_rows(folder.parent / "rows.jsonl")
        rows = DataSpec(source=str(file), task="continue")
    return load(Variant(model=str(folder), method=method, calibration=rows), report, batch_size=4)


def _expected(engine: Engine) -> list[numpy.ndarray]:
    try:
        return _read(engine)
    finally:
        engine.close()


def _read(engine: Engine) -> list[numpy.ndarray]:
    """Return what is expected at each place of each text."""
    return [numpy.asarray(each.logprobs, dtype=numpy.float32) for each in engine.distributions(TEXTS)]


def _answer(engine: Engine) -> Any:
    question = [{"role": "user", "content": TEXTS[0]}]
    return engine.generate(question, max_new_tokens=_TOKENS, ignore_end=True)


def _share(expected: list[numpy.ndarray], found: list[numpy.ndarray]) -> float:
    """Return the divergence from what is expected, as a share of that of one who knows nothing."""
    reference = numpy.concatenate(expected)
    variant = numpy.concatenate(found)[:, : reference.shape[1]]
    nothing = numpy.full_like(reference, -numpy.log(reference.shape[1]))
    return float(kl_divergence(reference, variant).mean() / kl_divergence(reference, nothing).mean())
