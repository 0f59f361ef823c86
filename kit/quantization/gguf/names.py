"""Names of methods that say how large a file may be: gguf-mixed-<N>mib. Light."""

from __future__ import annotations

import re

from kit.errors import ParameterError
from kit.i18n import _
from kit.quantization.registry import Method

START = "gguf-mixed-"
_NAME = re.compile(re.escape(START) + r"([1-9][0-9]{0,6})mib")
_BITS = 4  # what such budgets mostly come to; the file tells what each layer got


def budget_mib(name: str) -> int:
    """Return how large the file may be, in MiB, that a method called `name` makes.

    Raises
    ------
    ParameterError
        It does not say it in the way that is known.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        allowed = _("gguf-mixed-<N>mib, with the size that the file may have at most in MiB, such as gguf-mixed-90mib")
        raise ParameterError("method", name, allowed=allowed, fix=_("Write the size as a whole number before 'mib'."))
    return int(found[1])


def mixed_method(name: str) -> Method:
    """Return the method that decides the bits of each layer within a file of the size that `name` says.

    Raises
    ------
    ParameterError
        The name does not say a size in MiB.
    """
    size = budget_mib(name)
    return Method(
        name,
        _("a type for each layer, at most {n} MiB, llama.cpp").format(n=size),
        "kit.quantization.gguf.load:load",
        _BITS,
        devices=("cpu",),
        packages=("xllamacpp",),
        extra="engines",
        note=_("Layers whose rounding changes most what the model expects get more bits"),
        make="kit.quantization.gguf.mixed:make",
        calibrated=True,
        why_not="kit.quantization.gguf.architecture:why_not",
    )
