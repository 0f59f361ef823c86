"""The methods that are offered to people who did not ask for one: of each size the first whose package is installed.

There are dozens of ways to hold a model; a list of all would hide the few that differ in what they take. Whoever wants
another names it, and a sweep measures them all.
"""

from __future__ import annotations

from importlib.util import find_spec

# By the beginning of a method's name: the package that it needs beside torch and transformers.
PACKAGES = {
    "bnb-": "bitsandbytes",
    "torchao-": "torchao",
    "gguf-": "xllamacpp",
    "onnx-": "onnxruntime",
    "openvino-": "openvino",
}

# By size, the most bits first; of each size in the order in which they are offered. None looks at rows.
_SIZES = (
    ("fp32",),
    ("bf16",),
    ("bnb-int8", "gguf-q8_0", "openvino-int8", "onnx-int8"),
    ("bnb-nf4", "gguf-q4_k_m", "openvino-int4", "onnx-int4"),
)


def usual_methods(*, missing: bool = False) -> list[str]:
    """Return one method of each size that needs no package beyond those installed here, most bits first.

    Parameters
    ----------
    missing : bool, default False
        Of a size for which no package is installed, name the first all the same: so that what it lacks can be told.
    """
    found = [next((name for name in size if is_installed(name)), size[0] if missing else "") for size in _SIZES]
    return [name for name in found if name]


def is_installed(method: str) -> bool:
    """Is the package there that a method needs, as far as its name tells?"""
    package = next((package for start, package in PACKAGES.items() if method.startswith(start)), "")
    return not package or find_spec(package) is not None
