"""Methods of bitsandbytes."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

register(
    Method(
        "bnb-int8",
        N_("8-bit integers, bitsandbytes"),
        "kit.quantization.bnb:load",
        8,
        packages=("bitsandbytes",),
        note=N_("LLM.int8(): outlier columns stay in 16 bits"),
    )
)
register(
    Method(
        "bnb-nf4",
        N_("4-bit NormalFloat, bitsandbytes"),
        "kit.quantization.bnb:load",
        4,
        packages=("bitsandbytes",),
        note=N_("As in QLoRA; embeddings and output layer stay in 16 bits"),
    )
)
register(
    Method(
        "bnb-nf4-double",
        N_("4-bit NormalFloat, bitsandbytes, scales in 8 bits"),
        "kit.quantization.bnb:load",
        4,
        packages=("bitsandbytes",),
        note=N_("Double quantization: 0.37 bits less for each weight than NormalFloat alone, nearly as exact"),
    )
)
register(
    Method("bnb-fp4", N_("4-bit floats, bitsandbytes"), "kit.quantization.bnb:load", 4, packages=("bitsandbytes",))
)
