"""What this machine lacks, in one form wherever it is told: the reason, and what to type.

Errors, `tunebook doctor`, panels and the side panel of JupyterLab show the same sentence and the same command.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from kit.i18n import _


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
    """

    reason: str
    command: str = ""
    package: str = ""


def installed(name: str) -> str | None:
    """Return the version of the package `name` that is installed, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


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
    what = f"tunebook[{extra}]" if extra else package + wanted(package)
    return Lack(_("{package} is not installed").format(package=package), f"pip install {quoted(what)}", package)


def wanted(package: str) -> str:
    """Return which versions of `package` Tunebook asks for, as in ">=2,<3", or "" where it does not say."""
    from packaging.requirements import Requirement

    try:
        asked = metadata.requires("tunebook") or []
    except metadata.PackageNotFoundError:  # a folder of sources that was never installed
        return ""
    found = (Requirement(text) for text in asked)
    return next((str(each.specifier) for each in found if each.name == package), "")


def quoted(what: str) -> str:
    """Return a requirement as a shell takes it."""
    return f"'{what}'" if set(what) & set("[]<>=!~;, ") else what
