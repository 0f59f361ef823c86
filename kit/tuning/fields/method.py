"""What trains: the method, where it is put and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param

METHODS = ("lora", "dora", "ia3", "prompt", "full")
INITS = ("default", "gaussian", "pissa", "loftq")
ROUNDINGS = ("torchao-int8", "torchao-int4")
QUANTIZATIONS = ("bnb-nf4", "bnb-fp4", "bnb-int8")
ALL_LINEAR = "all-linear"  # as peft calls every linear layer but the output


@dataclass(frozen=True, kw_only=True)
class MethodFields(Spec):
    """What trains: the method, where it is put and how large it is."""

    method: str = param(
        "lora", label=N_("Method"), help=N_("LoRA, DoRA, IA3, a learned prompt, or every weight"), choices=METHODS
    )
    rank: int = param(16, label=N_("Rank"), help=N_("Size of the adapter"), low=1, high=1024)
    alpha: float = param(32.0, label=N_("Alpha"), help=N_("The adapter counts alpha / rank"), above=0)
    dropout: float = param(0.0, label=N_("Dropout"), help=N_("Inside the adapter"), low=0, high=0.9)
    target_modules: tuple[str, ...] = param(
        (ALL_LINEAR,),
        label=N_("Target modules"),
        help=N_("Layers that get an adapter: names, patterns such as *.mlp.*, or all-linear"),
        empty=False,
    )
    first_layer: int = param(
        0, label=N_("First layer"), help=N_("Layers before this one have no adapter and are computed once"), low=0
    )
    rank_pattern: tuple[str, ...] = param(
        (), label=N_("Rank per layer"), help=N_("Such as down_proj=8 or layers.3.*=32; others have the rank above")
    )
    use_rslora: bool = param(False, label=N_("rsLoRA"), help=N_("The adapter counts alpha / the root of its rank"))
    init_lora_weights: str = param("default", label=N_("Start"), help=N_("How the adapter begins"), choices=INITS)
    virtual_tokens: int = param(
        20, label=N_("Virtual tokens"), help=N_("Length of a learned prompt"), unit="tokens", low=1, high=1000
    )
    quantization: str | None = param(
        None, label=N_("Frozen weights"), help=N_("Quantized as named (QLoRA); left out, plain"), choices=QUANTIZATIONS
    )
    quantization_aware: str | None = param(
        None,
        label=N_("Trained for"),
        help=N_("The method that will hold the model: training sees weights as rounded by it"),
        choices=ROUNDINGS,
    )
