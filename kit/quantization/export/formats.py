"""Which format a method is exported in. Light."""

from __future__ import annotations

from kit.errors import ParameterError
from kit.i18n import _

FORMATS = ("safetensors", "gguf", "onnx", "openvino", "gptq", "awq")

_PLAIN = ("fp32", "bf16", "fp16")
_STARTS = {f"{name}-": name for name in FORMATS[1:]}


def format_of(method: str) -> str:
    """Return the format in which `method` is written, "" where there is none."""
    if method in _PLAIN:
        return "safetensors"
    return next((name for start, name in _STARTS.items() if method.startswith(start)), "")


def check_format(asked: str, method: str) -> str:
    """Return the format in which `method` is written.

    Parameters
    ----------
    asked : str
        The format that was asked for; "" for whatever follows from the method.

    Raises
    ------
    ParameterError
        There is none, or another was asked for.
    """
    found = format_of(method)
    if not found:
        allowed = _("a method that writes files: {plain}, or one whose name begins with {starts}").format(
            plain=", ".join(_PLAIN), starts=", ".join(_STARTS)
        )
        fix = _("{method} rounds a model while it loads: export bf16, and load that with {method} again.")
        raise ParameterError("method", method, allowed=allowed, fix=fix.format(method=method))
    if asked and asked != found:
        allowed = _("{found!r}, in which {method} is written, or left out").format(found=found, method=method)
        fix = _("Leave `format` out, or choose a method of {format}, such as {example}.")
        raise ParameterError("format", asked, allowed=allowed, fix=fix.format(format=asked, example=_EXAMPLES[asked]))
    return found


_EXAMPLES = {
    "safetensors": "bf16",
    "gguf": "gguf-q4_k_m",
    "onnx": "onnx-int4",
    "openvino": "openvino-int4",
    "gptq": "gptq-int4",
    "awq": "awq-int4",
}
