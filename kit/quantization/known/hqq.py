"""Half-quadratic quantization."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

register(
    Method(
        "hqq-int4",
        N_("4-bit integers, HQQ"),
        "kit.quantization.int4.files:load",
        4,
        make="kit.quantization.hqq.make:make",
        why_not="kit.quantization.int4.kinds:why_not",
        note=N_("Half-quadratic: looks at weights only, forgives the few great ones; seconds to make"),
    )
)
