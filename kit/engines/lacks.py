"""Which engines run models on this machine, and what each lacks."""

from __future__ import annotations

from kit.i18n import N_
from kit.machine.lacks import Lack, package_lack, troublemakers

# By name: what people call them, and the packages they need.
ENGINES = {"transformers": (N_("Transformers"), ("torch", "transformers"))}


def engine_lacks(name: str) -> list[Lack]:
    """Return what keeps the engine `name` from running here; nothing when it runs."""
    _title, packages = ENGINES[name]
    found = [package_lack(package) for package in packages]
    return [*(lack for lack in found if lack is not None), *troublemakers()]
