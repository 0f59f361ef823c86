"""How long a tuning will take, predicted from its arithmetic and from how fast this machine multiplies.

A token costs two operations for each weight on its way forward and two on the way back for what goes into a frozen
matrix; a weight that trains two more; checkpoints the way forward again. Layers below the first adapter have no way
back, and kept they are computed once for each row. What a step reaches of the measured rate of large products was
measured with this package on a CPU.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.machine.speed import Speed
from kit.models import ModelCard
from kit.models.estimates.adapted import adapted_layers, adapter_weights
from kit.models.estimates.kept import correction
from kit.tuning.estimate import divided, precision_of, rows_of_process, ways_of
from kit.tuning.lengths import Rows, load_of
from kit.tuning.schedule import total_steps

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

METRIC = "training_s"
_FLOOR_SHARE = {"bf16": 0.35, "fp32": 0.6}  # of the rate of large products, by the type they are computed in
_QUANTIZED = 1.6  # times as long, since weights are unpacked for each product
_OPS = 400  # operations, and steps of Python, of a layer and its way back, whatever the number of tokens
_HELD_ROWS = 120  # at most, that an evaluation reads
_HELD_SHARE = 0.1  # of the rows, where no others are given
_HELD_BATCH = 16


def predicted_seconds(
    spec: TuneSpec, card: ModelCard, speed: Speed, rows: Rows, *, learned: bool = True
) -> float | None:
    """Return how long the steps and evaluations of `spec` will take, or None where the rows are not all known.

    Parameters
    ----------
    spec : TuneSpec
        Decided, or with the micro-batch left open: then whole batches are reckoned with.
    card : ModelCard
        Of its model.
    speed : Speed
        What was measured of this machine (`kit.machine.known_speed`).
    rows : Rows
        That are trained on.
    learned : bool, default True
        Multiply by what earlier tunings on this machine found?
    """
    if not rows.known and spec.steps is None:
        return None
    operations = _training(spec, card, rows) + _evaluating(spec, card, rows)
    seconds = operations / _rate(spec, speed) + _beginning(spec, card, rows, speed)
    if not learned:
        return seconds
    return seconds * correction(METRIC, method_of(spec), seconds, speed.device)[0]


def method_of(spec: TuneSpec) -> str:
    """Return under which name predictions of `spec` are compared with one another."""
    return spec.method if spec.quantization is None else f"{spec.method} {spec.quantization}"


def _training(spec: TuneSpec, card: ModelCard, rows: Rows) -> float:
    """Return the operations of all steps."""
    steps = total_steps(len(rows), spec.batch_size, spec.epochs, spec.steps)
    passes = steps * spec.batch_size / max(len(rows), 1)
    tokens, answers = _pass(spec, rows, rows_of_process(spec) * spec.readers)
    linear, head = _weights(card)
    below = spec.first_layer / card.layers if spec.method != "prompt" else 0.0
    layers = adapted_layers(
        card, spec.target_modules, spec.rank, rank_pattern=spec.rank_pattern, first_layer=spec.first_layer
    )
    trained = adapter_weights(card, spec.method, layers, first_layer=spec.first_layer)
    if spec.method == "full":
        trained = round(linear * (1 - below))
    each = 4 + (2 if spec.gradient_checkpointing else 0)
    again = min(passes, 1.0) if spec.cache_frozen else passes
    above = (each * linear * (1 - below) + (2 if spec.method == "full" else 6) * trained) * tokens * passes
    return above + 2 * linear * below * tokens * again + 4 * head * passes * (answers if spec.answer_logits else tokens)


def _evaluating(spec: TuneSpec, card: ModelCard, rows: Rows) -> float:
    """Return the operations of the evaluations, that of the untuned model among them."""
    held = min(round(len(rows) * _HELD_SHARE), _HELD_ROWS) if spec.validation is None else _HELD_ROWS
    if not held or not len(rows):
        return 0.0
    tokens, answers = _pass(spec, rows, _HELD_BATCH)
    linear, head = _weights(card)
    share = held / len(rows)
    return (spec.evaluations + 1) * share * (2 * linear * tokens + 2 * head * answers)


def _beginning(spec: TuneSpec, card: ModelCard, rows: Rows, speed: Speed) -> float:
    """Return the seconds for beginning the operations of all micro-batches, which small models spend most of."""
    steps = total_steps(len(rows), spec.batch_size, spec.epochs, spec.steps)
    parts = max(spec.batch_size // max(rows_of_process(spec) * spec.readers, 1), 1)
    return steps * parts * card.layers * _OPS * speed.op_s


def _pass(spec: TuneSpec, rows: Rows, size: int) -> tuple[float, float]:
    """Return tokens that go through the layers, and answer tokens, when every row is read once, `size` at a time."""
    ways = ways_of(spec)
    by_length = rows.by_length  # rows of like length stand together, as in training
    tokens = sum(load_of(part, rows.shared, ways).tokens for part in _parts(by_length, size))
    return float(tokens), float(sum(rows.answers))


def _parts(rows: Sequence[tuple[int, int]], size: int) -> list[Sequence[tuple[int, int]]]:
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _weights(card: ModelCard) -> tuple[int, int]:
    """Return the weights of layers that work on a token, and those of the output layer."""
    return max(card.active_parameters - card.embedding_parameters, 0), card.vocabulary * card.hidden_size


def _rate(spec: TuneSpec, speed: Speed) -> float:
    """Return the operations a second that all processes reach together."""
    type_ = "bf16" if spec.mixed_precision == "bf16" else precision_of(spec)
    share = _FLOOR_SHARE[type_] / (_QUANTIZED if spec.quantization else 1)
    flops = 1e12 * speed.tflops.get(type_, min(speed.tflops.values()))
    # Processes on one CPU share its cores.
    devices = max(spec.processes, divided(spec).parts) if speed.device.startswith("cuda") else 1
    return max(flops * share * devices, math.ulp(1.0))
