"""Methods of 4 bits that look at rows."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

register(
    Method(
        "gptq-int4",
        N_("4-bit integers, GPTQ"),
        "kit.quantization.int4.files:load",
        4,
        make="kit.quantization.gptq.make:make",
        calibrated=True,
        why_not="kit.quantization.int4.kinds:why_not",
        note=N_("Reads your rows and lets each weight make up for the rounding of others; minutes to make"),
    )
)
register(
    Method(
        "awq-int4",
        N_("4-bit integers, AWQ"),
        "kit.quantization.int4.files:load",
        4,
        make="kit.quantization.awq.make:make",
        calibrated=True,
        why_not="kit.quantization.int4.kinds:why_not",
        note=N_("Reads your rows and rounds weights that meet great inputs more finely; minutes to make"),
    )
)
