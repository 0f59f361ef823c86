"""What the model takes of memory and disk."""

from __future__ import annotations

from collections.abc import Sequence

from kit.engines import Prompt
from kit.i18n import _
from kit.machine.facts import MIB
from kit.measure.examples import Examples
from kit.measure.passes.evaluation import Evaluation
from kit.memory import PeakMemory, give_back_free_memory
from kit.models import card_here

_ROWS = 16  # scored while memory is watched


def weighing(evaluation: Evaluation) -> dict[str, float]:
    """Score and write a little while memory is watched; return peaks and sizes.

    Of a server only its requests are seen here: nothing is returned, and a fact says why.
    """
    if evaluation.spec.variant.remote:
        evaluation.not_measured("memory", _("a server does not tell what memory and disk its model takes"))
        return {}
    kept = evaluation.ledger.values("weighing")
    if kept is None:
        kept = _weighed(evaluation)
        evaluation.ledger.add_values("weighing", kept)
    return {**kept, **_bits(evaluation.spec.variant.model, kept["file_size_mib"])}


def _bits(model: str, file_mib: float) -> dict[str, float]:
    """Return the bits on disk for each weight: scales, tables and what stays in more bits are counted in."""
    card = card_here(model)
    return {} if card is None else {"bits_per_weight": file_mib * MIB * 8 / card.parameters}


def _weighed(evaluation: Evaluation) -> dict[str, float]:
    engine, report = evaluation.engine(), evaluation.report
    report.progress("weighing", 0, 1)
    asked = [pair for pair in zip(*_first(evaluation.examples), strict=True) if pair[1]]
    question = evaluation.data.prompts()[0]
    give_back_free_memory()
    with PeakMemory() as memory:
        if asked:
            engine.score([prompt for prompt, _options in asked], [options for _prompt, options in asked])
        for _token in engine.generate(question, max_new_tokens=evaluation.spec.new_tokens, ignore_end=True):
            report.check()
    return {
        "max_ram_mib": memory.peak_mib,
        "weight_mib": engine.footprint() / MIB,
        "file_size_mib": engine.file_size() / MIB,
        **_gpu_peak(),
    }


def _first(examples: Examples) -> tuple[Sequence[Prompt], Sequence[Sequence[str]]]:
    """Return some of what is asked, and what may follow; nothing follows where an answer is written."""
    return examples.prompts[:_ROWS], examples.continuations[:_ROWS]


def _gpu_peak() -> dict[str, float]:
    import torch

    if not torch.cuda.is_available():
        return {}
    return {"max_vram_reserved_mib": torch.cuda.max_memory_reserved() / MIB}
