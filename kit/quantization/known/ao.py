"""Methods of torchao."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

register(
    Method(
        "torchao-int8",
        N_("8-bit integers, torchao"),
        "kit.quantization.ao:load",
        8,
        packages=("torchao",),
        extra="torchao",
        note=N_("Weights only, a scale for each row; a model can be trained for it"),
    )
)
register(
    Method(
        "torchao-int8-dynamic",
        N_("8-bit integers and activations, torchao"),
        "kit.quantization.ao:load",
        8,
        packages=("torchao",),
        extra="torchao",
        note=N_("What flows into a layer is rounded too, for each token; made for compiled models, slow without"),
    )
)
register(
    Method(
        "torchao-int4",
        N_("4-bit integers, torchao"),
        "kit.quantization.ao:load",
        4,
        packages=("torchao",),
        extra="torchao",
        note=N_("Weights only, a scale for each 64; a model can be trained for it"),
    )
)
register(
    Method(
        "torchao-int8-int4",
        N_("4-bit integers, 8-bit activations, torchao"),
        "kit.quantization.ao:load",
        8,
        packages=("torchao",),
        extra="torchao",
        note=N_("Shows what this rounding costs in quality: here a byte holds each weight, and products are slow"),
    )
)
