"""Quantization methods by name: what each can do, as data, and where the code that does it is.

A new method is one new module with a `load` function and one entry here.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import KitError, UnknownNameError
from kit.i18n import N_, _


@dataclass(frozen=True)
class Method:
    """What a method of holding weights is and needs.

    Parameters
    ----------
    name : str
        As specs call it.
    title : str
        As tables call it; marked with ``N_``.
    load : str
        Import path of ``load(folder, method, batch_size) -> Engine``.
    bits : float
        Bits for each weight of a linear layer, without constants.
    devices : tuple of str
        Where it runs.
    packages : tuple of str
        Import names of what it needs beyond torch and transformers.
    extra : str, default ""
        Of Tunebook, which brings these packages, where it does not need them anyway.
    note : str, default ""
        What a person should know; marked with ``N_``.
    """

    name: str
    title: str
    load: str
    bits: float
    devices: tuple[str, ...] = ("cpu", "cuda")
    packages: tuple[str, ...] = ()
    extra: str = ""
    note: str = ""


_METHODS: dict[str, Method] = {}


def register(method: Method) -> Method:
    """Add `method`.

    Raises
    ------
    KitError
        The name is taken, or not in lower case.
    """
    if method.name in _METHODS or method.name != method.name.lower():
        raise KitError(
            _("A method cannot be registered as {name!r}.").format(name=method.name),
            fix=_("Use a name in lower case that no other method has: {known}.").format(known=", ".join(_METHODS)),
        )
    _METHODS[method.name] = method
    return method


def methods() -> dict[str, Method]:
    """Return every method by name, in the order of registration."""
    return dict(_METHODS)


def get_method(name: str) -> Method:
    """Return the method called `name`.

    Raises
    ------
    UnknownNameError
        Naming the known ones and the nearest.
    """
    if name not in _METHODS:
        raise UnknownNameError("method", name, _METHODS)
    return _METHODS[name]


register(Method("fp32", N_("32-bit floats"), "kit.quantization.plain:load", 32))
register(Method("bf16", N_("bfloat16"), "kit.quantization.plain:load", 16))
register(Method("fp16", N_("16-bit floats"), "kit.quantization.plain:load", 16))
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
    Method("bnb-fp4", N_("4-bit floats, bitsandbytes"), "kit.quantization.bnb:load", 4, packages=("bitsandbytes",))
)
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
        "torchao-int4",
        N_("4-bit integers, torchao"),
        "kit.quantization.ao:load",
        4,
        packages=("torchao",),
        extra="torchao",
        note=N_("Weights only, a scale for each 64; a model can be trained for it"),
    )
)
