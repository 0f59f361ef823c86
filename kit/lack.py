"""What this machine lacks, in one form wherever it is told: the reason, and what to type.

Errors, `tunebook doctor`, panels and the side panel of JupyterLab show the same sentence and the same command.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kit.i18n import _

if TYPE_CHECKING:
    from packaging.requirements import Requirement


@dataclass(frozen=True)
class Lack:
    """One thing that keeps something from running here.

    Parameters
    ----------
    reason : str
        What is wrong, without a full stop: "bitsandbytes is not installed".
    command : str, default ""
        What to type to put it right; "" where typing does not help (a GPU).
    package : str, default ""
        Which package it is about; "" for anything else.
    advice : str, default ""
        The next step as a sentence, where there is no command.
    """

    reason: str
    command: str = ""
    package: str = ""
    advice: str = ""

    @property
    def fix(self) -> str:
        """The next step as a sentence, with the command where there is one."""
        if not self.command:
            return self.advice
        word = _("Remove it with: {command}") if "uninstall" in self.command else _("Add it with: {command}")
        word = word if self.command.startswith("pip ") else _("Type: {command}")
        return word.format(command=self.command)

    def __str__(self) -> str:
        return f"{self.reason}. {self.fix}".strip()


def installed(name: str) -> str | None:
    """Return the version of the package `name` that is installed, or None."""
    from importlib import metadata  # not before somebody asks: it brings a parser of e-mail along

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements(extra: str = "") -> list[Requirement]:
    """Return what Tunebook asks for on this machine, in the order of its metadata.

    Parameters
    ----------
    extra : str, default ""
        What this extra asks for, in place of what is always needed.
    """
    from importlib import metadata

    try:
        texts = metadata.requires("tunebook") or []
    except metadata.PackageNotFoundError:  # a folder of sources that was never installed
        return []
    return [each for each in map(_parsed, texts) if _asked(each, extra)]


def not_installed(package: str, *, extra: str | None = None) -> Lack:
    """Return the lack of a package that is not installed.

    Parameters
    ----------
    package : str
        As pip calls it.
    extra : str, optional
        Of Tunebook, which brings the package with what belongs to it; left out, the package in the versions that
        Tunebook asks for, if it does.
    """
    what = f"tunebook[{extra}]" if extra else package + versions(package)
    return Lack(_("{package} is not installed").format(package=package), f"pip install {quoted(what)}", package)


def does_not_fit(package: str, found: str, wanted: str) -> Lack:
    """Return the lack of a package that is installed in a version that does not fit."""
    reason = _("{package} {found} is installed; {wanted} is needed").format(package=package, found=found, wanted=wanted)
    return Lack(reason, f"pip install {quoted(package + wanted)}", package)


def versions(package: str) -> str:
    """Return which versions of `package` Tunebook asks for, as in ">=2,<3", or "" where it does not say."""
    return next((range_words(each) for each in requirements() if each.name == package), "")


def range_words(requirement: Requirement) -> str:
    """Return the versions that a requirement allows, the lowest first, as in ">=2,<3"."""
    return ",".join(sorted(map(str, requirement.specifier), key=lambda bound: (bound.startswith("<"), bound)))


def quoted(what: str) -> str:
    """Return a requirement as a shell takes it."""
    return f"'{what}'" if set(what) & set("[]<>=!~;, ") else what


@cache
def _parsed(text: str) -> Requirement:
    from packaging.requirements import Requirement

    return Requirement(text)


def _asked(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    always = marker is None or marker.evaluate({"extra": ""})
    return always if not extra else not always and marker is not None and marker.evaluate({"extra": extra})
