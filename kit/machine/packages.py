"""Are the packages that Tunebook needs installed, in versions that fit?"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement

from kit.i18n import _

# transformers and peft use it when it is there, and the one from PyPI does not fit a torch for CPUs.
_TROUBLEMAKERS = {"torchvision": "pip uninstall torchvision"}


@dataclass(frozen=True)
class Need:
    """One package that Tunebook needs: the versions that fit, and the one installed (None: missing)."""

    name: str
    wanted: str
    found: str | None
    fits: bool


def needs() -> list[Need]:
    """Return every package that Tunebook needs on this machine, in the order of its metadata."""
    found = []
    for text in metadata.requires("tunebook") or []:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        here = installed(wanted.name)
        fits = here is not None and wanted.specifier.contains(here, prereleases=True)
        found.append(Need(wanted.name, str(wanted.specifier), here, fits))
    return found


def problems() -> list[str]:
    """Return what is wrong with the packages here, each as a sentence with its cure."""
    told = [
        _("{name} {found} is installed; {wanted} is needed. Add it with: pip install '{name}{wanted}'").format(
            name=need.name, found=need.found or _("(no version)"), wanted=need.wanted
        )
        for need in needs()
        if not need.fits
    ]
    for name, cure in _TROUBLEMAKERS.items():
        if installed(name):
            told.append(_("{name} disturbs transformers and peft here. Remove it: {cure}").format(name=name, cure=cure))
    return told


def installed(name: str) -> str | None:
    """Return the version of the package `name` that is installed, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
