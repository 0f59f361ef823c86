"""Why a method cannot be used on this machine, and what to type: told alike by errors, panels and `tunebook doctor`."""

from __future__ import annotations

from kit.engines.lacks import engine_lacks
from kit.machine.lacks import Lack, device_lack, package_lack
from kit.quantization.registry import Method, get_method


def lacks_of(method: str | Method) -> tuple[Lack, ...]:
    """Return everything that keeps `method` from running here, its own packages first; nothing when it runs.

    Whether a model fits in memory is another question: `kit.models.fit`.

    Raises
    ------
    UnknownNameError
        No method has that name.
    """
    known = get_method(method) if isinstance(method, str) else method
    own = [package_lack(package, extra=known.extra or None) for package in known.packages]
    found = [*own, device_lack(known.devices), *engine_lacks(known.engine)]
    return tuple(lack for lack in found if lack is not None)
