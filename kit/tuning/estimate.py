"""The peak memory of a tuning run, predicted before anything loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.models import ModelCard, estimate_tuning

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


def peak_bytes_of(spec: TuneSpec, card: ModelCard, *, bits: int, tokens: int, answers: int) -> int:
    """Return the peak of one process of `spec`, whose largest micro-batch has so many tokens and answer tokens.

    Parameters
    ----------
    spec : TuneSpec
    card : ModelCard
        Of its model.
    bits : {16, 32}
        Of each frozen weight and activation.
    tokens, answers : int
        A beginning that all rows share is counted once.
    """
    found = estimate_tuning(
        card,
        precision="bf16" if bits == 16 else "fp32",
        rank=spec.rank,
        targets=spec.target_modules,
        tokens=tokens,
        answers=answers,
    )
    return round(found.total_bytes)
