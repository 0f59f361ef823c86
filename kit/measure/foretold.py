"""What was predicted of a variant, beside what was then measured; both go into the result, and make later predictions
on this machine better."""

from __future__ import annotations

import contextlib

from kit.errors import KitError
from kit.machine.facts import MIB
from kit.machine.speed import Speed, known_speed
from kit.measure.needs import model_card
from kit.measure.passes.evaluation import Evaluation
from kit.models import METHOD_BITS, expected_speed, keep_error

_BUSY = 0.1  # share of the cores that others use, above which a timing teaches nothing
_LEAST_TOKENS = 60  # written in all timed answers, below which it does not either
_KEPT = "foretold"  # as the ledger calls it


def tell_foretold(evaluation: Evaluation, metrics: dict[str, float]) -> None:
    """Put predictions of `metrics` into the facts of the evaluation, and keep by how much they were off.

    Parameters
    ----------
    evaluation : Evaluation
        At its end. Its fact ``foretold`` becomes the predicted value of each metric there is a prediction for.
    metrics : dict of str to float
        What was measured.
    """
    variant = evaluation.spec.variant
    if variant.remote or variant.method not in METHOD_BITS:
        return
    told = evaluation.ledger.values(_KEPT)
    if told is None:
        told = _predicted(evaluation, metrics)
        evaluation.ledger.add_values(_KEPT, told)
        _keep(evaluation, metrics, told)
    if told:
        evaluation.facts["foretold"] = dict(told)


def _predicted(evaluation: Evaluation, metrics: dict[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    spec = evaluation.spec
    needed = spec.needs_of([spec.variant], spec.data, making=False).memory_bytes  # making is over when it is measured
    if needed is not None and "max_ram_mib" in metrics:
        found["max_ram_mib"] = needed / MIB
    speed = known_speed()
    if speed is not None and "decode_tokens_per_s" in metrics and evaluation.spec.load.kind == "one user":
        found |= _speeds(evaluation, metrics, speed)
    return found


def _speeds(evaluation: Evaluation, metrics: dict[str, float], speed: Speed) -> dict[str, float]:
    """Return what the formula alone says, without what earlier measurements taught."""
    spec = evaluation.spec
    card, _made_first = model_card(spec.variant.model)
    if card is None or "prefill_tokens_per_s" not in metrics:
        return {}
    prompt = max(round(metrics["prefill_tokens_per_s"] * metrics["ttft_s"]), 1)
    told = expected_speed(
        card, spec.variant.method, speed, prompt=prompt, context=prompt + spec.new_tokens, learned=False
    )
    return {"prefill_tokens_per_s": told.prefill_tokens_per_s, "decode_tokens_per_s": told.decode_tokens_per_s}


def _keep(evaluation: Evaluation, metrics: dict[str, float], told: dict[str, float]) -> None:
    variant = evaluation.spec.variant
    busy = evaluation.facts.get("others_cpu_share", 0.0)
    few = evaluation.spec.requests * evaluation.spec.new_tokens < _LEAST_TOKENS
    for name, predicted in told.items():
        if name.endswith("_per_s") and (few or (isinstance(busy, float) and busy > _BUSY)):
            continue
        with contextlib.suppress(OSError, KitError):  # nothing was asked for that fails with it
            keep_error(name, model=variant.model, method=variant.method, predicted=predicted, measured=metrics[name])
