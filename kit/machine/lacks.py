"""Why something cannot run on this machine, and what to type: the one source of it for all rooms."""

from __future__ import annotations

import importlib.util
import os
from importlib import metadata

from kit.i18n import _
from kit.lack import Lack, does_not_fit, installed, not_installed, requirements, versions
from kit.machine.facts import this_machine
from kit.machine.packages import needs
from kit.place import cache, home

__all__ = ["Lack", "device_lack", "folder_lacks", "lacks", "package_lack", "troublemakers"]


def lacks() -> list[Lack]:
    """Return what is wrong with this installation: packages that are missing or do not fit, and those that disturb."""
    found = [
        not_installed(need.name) if need.found is None else does_not_fit(need.name, need.found, need.wanted)
        for need in needs()
        if not need.fits
    ]
    return [*found, *troublemakers(), *folder_lacks()]


def folder_lacks() -> list[Lack]:
    """Return which of the folders that Tunebook keeps things in cannot be written to."""
    found = []
    for name, folder in (("TUNEBOOK_HOME", home()), ("TUNEBOOK_CACHE", cache())):
        nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not os.access(nearest, os.W_OK | os.X_OK):
            reason = _("{folder} cannot be written to").format(folder=folder)
            found.append(Lack(reason, f"export {name}=…"))
    return found


def package_lack(module: str, *, extra: str | None = None) -> Lack | None:
    """Return what is wrong with a package, or None when it is there in a version that fits.

    Parameters
    ----------
    module : str
        As it is imported; pip has hyphens for its underscores.
    extra : str, optional
        Of Tunebook, which brings it.
    """
    package = module.replace("_", "-")
    if importlib.util.find_spec(module) is None:
        return not_installed(package, extra=extra)
    found, wanted = installed(package), versions(package)
    if not found or not wanted:
        return None
    fits = any(each.specifier.contains(found, prereleases=True) for each in requirements() if each.name == package)
    return None if fits else does_not_fit(package, found, wanted)


def device_lack(devices: tuple[str, ...]) -> Lack | None:
    """Return that this machine has none of `devices` ("cpu", "cuda"), or None when it has one."""
    if "cpu" in devices or this_machine().gpus:
        return None
    reason = _("it needs {devices}, and this machine has no GPU").format(devices=", ".join(devices))
    return Lack(reason, advice=_("Choose one that runs on the CPU."))


def troublemakers() -> list[Lack]:
    """Return the packages that are installed and keep others from working.

    transformers and peft import torchvision when it is there; one built for another torch breaks that import.
    """
    torch, vision = installed("torch"), installed("torchvision")
    if torch is None or vision is None or _agree(torch, vision):
        return []
    reason = _("torchvision {vision} does not go with torch {torch}, and breaks transformers and peft").format(
        vision=vision, torch=torch
    )
    return [Lack(reason, "pip uninstall torchvision", "torchvision")]


def _agree(torch: str, vision: str) -> bool:
    """Is this torchvision built for this torch? A torch for CPUs needs one for CPUs."""
    from packaging.requirements import Requirement
    from packaging.version import InvalidVersion, Version

    try:
        built, other = Version(torch), Version(vision)
    except InvalidVersion:  # a build of its own, by somebody who knows
        return True
    if (built.local or "") == "cpu" and (other.local or "") != "cpu":
        return False
    asked = [each for each in map(Requirement, metadata.requires("torchvision") or []) if each.name == "torch"]
    return all(each.specifier.contains(built.public, prereleases=True) for each in asked)
