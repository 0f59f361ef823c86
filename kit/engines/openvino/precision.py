"""What OpenVINO computes with, and keeps keys and values as. Light."""

from __future__ import annotations

from kit.machine import this_machine


def computing(method: str) -> str:
    """Return "f32" or "bf16" for weights held by `method`.

    Fewer bits are computed with in bf16 where the processor has it, which is what OpenVINO would choose itself.
    """
    has_bf16 = bool({"bf16", "AMX"} & set(this_machine().instruction_sets))
    return "bf16" if has_bf16 and method != "openvino-fp32" else "f32"
