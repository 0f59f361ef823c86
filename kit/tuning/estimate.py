"""The peak memory of a tuning run, predicted before anything loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.machine import this_machine
from kit.models import ModelCard, TuningEstimate, estimate_tuning
from kit.models.estimates.kept_layer import Attending
from kit.models.estimates.training import Divided
from kit.tuning.lengths import Load, Rows, Ways, load_of
from kit.tuning.schedule import rows_at_a_time

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

_FAST_BF16 = {"bf16", "AMX", "SVE"}
MOST_STATES = 4_000_000_000  # bytes that frozen layers may keep of all rows
STRETCH = 256  # answer tokens whose logits are there at once; 50,000 words in float32 take 50 MB


def peak_of(spec: TuneSpec, card: ModelCard, rows: Rows) -> int:
    """Return the peak of one process of `spec`, with what it leaves open as it stands: whole batches, no checkpoints.

    Parameters
    ----------
    spec : TuneSpec
    card : ModelCard
        Of its model.
    rows : Rows
        That are trained on.
    """
    found = estimate_of(spec, card, load_of_step(spec, rows)).total_bytes
    return round(found + _frozen_states_bytes(spec, card, rows))


def _frozen_states_bytes(spec: TuneSpec, card: ModelCard, rows: Rows) -> float:
    """Return what is kept of each row so that layers before the first adapter are computed once."""
    if not (spec.cache_frozen and spec.packing and spec.first_layer) or spec.method == "prompt":
        return 0.0
    every = load_of(rows.by_length, rows.shared, ways_of(spec)).tokens
    size = 2 if precision_of(spec) == "bf16" else 4
    return float(min(every * card.hidden_size * size, MOST_STATES))


def estimate_of(spec: TuneSpec, card: ModelCard, load: Load) -> TuningEstimate:
    """Return the parts of the peak of one process that computes `load` at a time."""
    return estimate_tuning(
        card,
        spec.method,
        precision=precision_of(spec),
        rank=spec.rank,
        targets=spec.target_modules,
        rank_pattern=spec.rank_pattern,
        first_layer=spec.first_layer,
        quantization=spec.quantization,
        checkpointing=bool(spec.gradient_checkpointing),
        mixed=spec.mixed_precision == "bf16",
        virtual_tokens=spec.virtual_tokens,
        tokens=load.tokens,
        answers=min(load.answers, STRETCH) if spec.answer_logits else load.tokens,
        fused=spec.fused and spec.mixed_precision == "no",
        dropout=spec.dropout > 0,
        attending=_attending(spec, load),
        divided=divided(spec),
    )


def _attending(spec: TuneSpec, load: Load) -> Attending:
    """Return what attention keeps: the eager one all probabilities, twice, and PyTorch's none."""
    if spec.attn_implementation == "auto":
        return load.attending
    return Attending(pairs=2 * load.tokens**2 if spec.attn_implementation == "eager" else 0)


def load_of_step(spec: TuneSpec, rows: Rows) -> Load:
    """Return what one process of `spec` computes at a time, at most."""
    return rows.largest(rows_of_process(spec), ways_of(spec))


def rows_of_process(spec: TuneSpec) -> int:
    """Return how many rows one process reads at a time."""
    return rows_at_a_time(spec.batch_size, micro_batch(spec), spec.readers)


def micro_batch(spec: TuneSpec) -> int | None:
    """Return the rows of a micro-batch that `spec` fixes, in all processes together; None where it is left open."""
    if spec.gradient_accumulation_steps is not None:
        return spec.batch_size // spec.gradient_accumulation_steps
    return spec.micro_batch_size


def ways_of(spec: TuneSpec) -> Ways:
    """Return how rows are laid out."""
    prompt = spec.virtual_tokens if spec.method == "prompt" else 0
    return Ways(shares=spec.share_prefix, packs=spec.packing, before=prompt)


def divided(spec: TuneSpec) -> Divided:
    """Return among how many processes the layout of `spec` divides weights, matrices and layers."""
    if spec.processes == 1:
        return Divided()
    names = spec.layout.split("+")
    return Divided(
        shards=spec.readers if "fsdp" in names else 1,
        matrices=spec.sharers if "tp" in names else 1,
        stages=spec.sharers if "pp" in names else 1,
    )


def precision_of(spec: TuneSpec) -> str:
    """Return the type of the weights here: those that train are fp32, in full tuning all."""
    return "bf16" if spec.method != "full" and bits_of(spec.precision) == 16 else "fp32"


def bits_of(precision: str) -> int:
    """Return the bits of each frozen weight here: 16 where the hardware multiplies bf16 numbers, unless asked for."""
    here = this_machine()
    fast = bool(here.gpus) or bool(_FAST_BF16 & set(here.instruction_sets))
    return 16 if precision == "bf16" or (precision == "auto" and fast) else 32
