"""Plain floating-point numbers."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

register(Method("fp32", N_("32-bit floats"), "kit.quantization.plain:load", 32))
register(Method("bf16", N_("bfloat16"), "kit.quantization.plain:load", 16))
register(Method("fp16", N_("16-bit floats"), "kit.quantization.plain:load", 16))
