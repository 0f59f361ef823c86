"""How long a variant of a sweep will take: making what its engine reads, loading it, scoring rows, timing answers.

Roughly: it decides what is measured first, and what there is no time for. Light.
"""

from __future__ import annotations

import contextlib

from kit.data import Dataset
from kit.data.spec import WRITTEN
from kit.engines import Variant
from kit.errors import KitError
from kit.experiments.spec import SweepSpec
from kit.machine import Speed, known_speed
from kit.measure.needs import model_card
from kit.models import METHOD_BITS, ModelCard, expected_speed, weights_bytes
from kit.models.estimates import estimate_making
from kit.quantization.registry import get_method

# Of a machine whose speed was never measured: the order is the same, and the first variant tells how far off it is.
_PLAIN = Speed("cpu", 10.0, {"fp32": 0.2, "bf16": 0.2}, 5e-6, "")
_CHARACTERS = 4  # in a token
_STARTING_S = 4.0  # a process with its libraries
_LOADING = 5e8  # bytes of weights a second
_NEAREST = {32: "fp32", 16: "bf16"}  # whose speed stands for that of a method without a formula


def expected_s(spec: SweepSpec, variant: Variant, data: Dataset) -> float:
    """Return the seconds that measuring `variant` will take; 0 where nothing is known of the model."""
    card, _made_first = model_card(variant.model)
    if card is None:
        return 0.0
    speed = known_speed() or _PLAIN
    loading = (
        _STARTING_S + weights_bytes(card, METHOD_BITS.get(variant.method, get_method(variant.method).bits)) / _LOADING
    )
    with contextlib.suppress(KitError, KeyError, ValueError):
        return making_s(card, variant, speed) + loading + _measuring_s(spec, card, variant.method, data, speed)
    return loading


def making_s(card: ModelCard, variant: Variant, speed: Speed | None) -> float:
    """Return the seconds of making what the method writes; 0 where it writes nothing."""
    if not get_method(variant.method).make:
        return 0.0
    told = estimate_making(card, variant.method, speed)
    return 0.0 if told is None else told.seconds


def _measuring_s(spec: SweepSpec, card: ModelCard, method: str, data: Dataset, speed: Speed) -> float:
    known = method if method in METHOD_BITS else _NEAREST.get(round(get_method(method).bits), "bf16")
    sizes = [len(row.context) + len(row.text) + sum(map(len, row.choices)) for row in data.items]
    tokens = max((len(data.instruction) + sum(sizes) // max(len(sizes), 1)) // _CHARACTERS, 8)
    told = expected_speed(card, known, speed, prompt=tokens, context=tokens + spec.new_tokens)
    each = tokens / told.prefill_tokens_per_s
    seconds = 0.0
    if {"accuracy", "perplexity"} & set(spec.measures):
        written = spec.answer_tokens * told.tpot_s if data.task in WRITTEN else 0.0
        seconds += len(data) * (each + written)
    if "latency" in spec.measures:
        seconds += spec.requests * (told.ttft_s + spec.new_tokens * told.tpot_s)
    if "reference" in spec.measures:
        seconds += spec.reference_tokens / told.prefill_tokens_per_s
    return seconds
