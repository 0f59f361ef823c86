"""Requirements pinned to what is installed: the packages that a notebook names, and what those need in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from kit.i18n import _

OURS = "tunebook"


@dataclass(frozen=True)
class Pin:
    """One installed package. `named` tells whether the notebook asks for it, or another package does."""

    name: str
    version: str
    named: bool

    @property
    def line(self) -> str:
        """As a requirements file has it; a local label ("+cpu") is left out, since no index has such a version."""
        return f"{self.name}=={self.version.partition('+')[0]}"


def pins(names: Sequence[str]) -> list[Pin]:
    """Return the packages `names`, Tunebook and all that they need, as installed, in alphabetical order."""
    wanted = {canonicalize_name(name) for name in (*names, OURS)}
    found: dict[str, Pin] = {}
    ahead: list[tuple[NormalizedName, str]] = [(name, "") for name in sorted(wanted)]
    seen: set[tuple[str, str]] = set()
    while ahead:
        name, extra = ahead.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            held = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an optional part of another platform, or one that nobody missed here
        found[name] = Pin(name, held.version, name in wanted)
        ahead += _needed_by(held, extra)
    return sorted(found.values(), key=lambda pin: pin.name)


def requirements(pinned: Sequence[Pin], wheels: dict[str, str]) -> str:
    """Return a requirements file.

    Parameters
    ----------
    pinned : sequence of Pin
        What goes in.
    wheels : dict of str to str
        Packages that come as a file of the bundle: name to path.
    """
    groups = (
        (_("What the notebook asks for"), [pin for pin in pinned if pin.named]),
        (_("What those need"), [pin for pin in pinned if not pin.named]),
    )
    lines: list[str] = []
    for title, group in groups:
        if group:
            lines += [f"# {title}", *(_line(pin, wheels) for pin in group), ""]
    return "\n".join(lines)


def _line(pin: Pin, wheels: dict[str, str]) -> str:
    return f"./{wheels[pin.name]}" if pin.name in wheels else pin.line


def _needed_by(held: metadata.Distribution, extra: str) -> Iterator[tuple[NormalizedName, str]]:
    for text in held.requires or []:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # written for tools of another time
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            name = canonicalize_name(requirement.name)
            yield name, ""
            yield from ((name, each) for each in requirement.extras)
