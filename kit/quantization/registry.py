"""Quantization methods by name: what each can do, as data, and where the code that does it is.

A new method is one new module with a `load` function and one entry in `kit.quantization.known`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kit.engines.homes import home
from kit.errors import KitError, UnknownNameError
from kit.i18n import _


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
        Import path of ``load(folder, method, batch_size) -> Engine``, where `folder` has the model, or what `make`
        made of it.
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
    make : str, default ""
        Import path of ``make(source, method, into, report, calibration)``, which writes what `load` opens into the
        empty folder `into`; kept and used again. Left empty where a model is rounded while it loads.
    calibrated : bool, default False
        Does it look at rows to choose how to round?
    why_not : str, default ""
        Import path of ``why_not(config)``, light, which is given config.json and returns, as a sentence, why such a
        model cannot be held so; "" when it can. Left empty where any model can.
    recipe : int, default 1
        Raised when `make` makes something else of the same model, so that what was kept is made anew.
    """

    name: str
    title: str
    load: str
    bits: float
    devices: tuple[str, ...] = ("cpu", "cuda")
    packages: tuple[str, ...] = ()
    extra: str = ""
    note: str = ""
    make: str = ""
    calibrated: bool = False
    why_not: str = ""
    recipe: int = 1

    @property
    def engine(self) -> str:
        """Return what runs it."""
        return home(self.name)


_METHODS: dict[str, Method] = {}
_FAMILIES: dict[str, Callable[[str], Method]] = {}  # by the beginning of their names


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


def register_family(start: str, method_of: Callable[[str], Method]) -> None:
    """Add all methods whose names begin with `start` and go on with a setting.

    Parameters
    ----------
    start : str
        Such as "gguf-mixed-".
    method_of : callable
        Given a whole name, returns its method; raises a `KitError` that tells how such names are written.
    """
    _FAMILIES[start] = method_of


def methods() -> dict[str, Method]:
    """Return every method by name, in the order of registration."""
    return dict(_METHODS)


def get_method(name: str) -> Method:
    """Return the method called `name`.

    Raises
    ------
    UnknownNameError
        Naming the known ones and the nearest.
    ParameterError
        It belongs to a family, and says its setting in another way than that.
    """
    for start, method_of in _FAMILIES.items():
        if name.startswith(start):
            return method_of(name)
    if name not in _METHODS:
        raise UnknownNameError("method", name, _METHODS)
    return _METHODS[name]
