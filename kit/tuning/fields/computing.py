"""How a step is computed: the result is the same, the time and the memory are not."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param

ATTENTIONS = ("auto", "eager", "sdpa", "flash_attention_2")


@dataclass(frozen=True, kw_only=True)
class ComputingFields(Spec):
    """How a step is computed: the result is the same, the time and the memory are not."""

    precision: str = param(
        "auto",
        label=N_("Precision"),
        help=N_("Of the frozen weights; auto is bf16 where the hardware has it"),
        choices=("auto", "bf16", "fp32"),
    )
    mixed_precision: str = param(
        "no",
        label=N_("Mixed precision"),
        help=N_("Weights stay, products are computed in bf16"),
        choices=("no", "bf16"),
    )
    micro_batch_size: int | None = param(
        None, label=N_("Micro-batch"), help=N_("Rows at a time; left out, found by measuring"), low=1
    )
    gradient_accumulation_steps: int | None = param(
        None, label=N_("Accumulation"), help=N_("Micro-batches in a batch, instead of their size"), low=1
    )
    gradient_checkpointing: bool | None = param(
        None, label=N_("Checkpointing"), help=N_("Compute twice, keep less; left out, only where memory asks for it")
    )
    attn_implementation: str = param(
        "auto", label=N_("Attention"), help=N_("Auto is the one made for packed rows"), choices=ATTENTIONS
    )
    packing: bool = param(True, label=N_("Packing"), help=N_("Rows stand one after the other, without padding"))
    share_prefix: bool = param(
        True, label=N_("Shared beginning"), help=N_("What all rows of a batch begin with is computed once")
    )
    answer_logits: bool = param(
        True, label=N_("Logits of answers only"), help=N_("The output layer reads only what the loss counts")
    )
    fused: bool = param(
        True, label=N_("Fused layers"), help=N_("Adapters, norms and gates in fewer passes over memory")
    )
    cache_frozen: bool = param(
        True, label=N_("Keep frozen layers"), help=N_("What layers without an adapter compute is kept for each row")
    )
    compile: bool = param(False, label=N_("Compile"), help=N_("Layers are compiled first, which takes minutes"))
