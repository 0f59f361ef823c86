"""What became of the keys and classes of specs since earlier versions, as data, so that old files still load.

A spec class names what changed in it, the oldest change first::

    class TuneSpec(Spec):
        changes = (
            renamed("lora_rank", "rank", since="0.3"),
            removed("fp16", since="0.4", why="the precision of the weights is chosen by `precision`"),
        )

An old file then loads, and a `KitWarning` tells what was read differently.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from kit.errors import KitError, KitWarning, ParameterError
from kit.i18n import _
from kit.version import earlier, version


@dataclass(frozen=True)
class Change:
    """One key that is called otherwise now, or is gone.

    Parameters
    ----------
    old : str
        The key as it was.
    new : str, optional
        What it is called now; None: it is gone.
    since : str
        The version that changed it.
    why : str, default ""
        Why it is gone, as the end of a sentence.
    """

    old: str
    new: str | None
    since: str
    why: str = ""


@dataclass(frozen=True)
class Move:
    """A spec class that has another import path now, `since` a version."""

    new: str
    since: str


# By the import path that stands in old files.
MOVED: dict[str, Move] = {}


def renamed(old: str, new: str, *, since: str) -> Change:
    """Return the change of a key that is called `new` since a version, with the same meaning."""
    return Change(old, new, since)


def removed(old: str, *, since: str, why: str) -> Change:
    """Return the change of a key that is gone since a version, whatever its value was."""
    return Change(old, None, since, why)


def brought_up(
    values: dict[str, Any], changes: Iterable[Change], *, known: Collection[str], written: str | None
) -> dict[str, Any]:
    """Return the keys and values of a spec as this version has them; what was changed is told as a warning.

    Parameters
    ----------
    values : dict
        As the file has them.
    changes : iterable of Change
        Those of the class, oldest first.
    known : collection of str
        The names of its fields.
    written : str, optional
        The version that wrote the file. A key that was given a new meaning later is old only in a file that says so.

    Raises
    ------
    ParameterError
        The file has a key by its old and by its new name.
    """
    values = dict(values)
    for change in changes:
        was = change.old not in known or (written is not None and earlier(written, change.since))
        if change.old not in values or not was:
            continue
        value = values.pop(change.old)
        if change.new is None:
            text = _("{old} is gone since version {since} and counts for nothing: {why}.")
        elif change.new in values:
            allowed = _("left out: it is called {new} since version {since}").format(new=change.new, since=change.since)
            raise ParameterError(change.old, value, allowed=allowed)
        else:
            values[change.new] = value
            text = _("{old} is called {new} since version {since}; it was read as such.")
        _warn(text.format(old=change.old, new=change.new, since=change.since, why=change.why))
    return values


def moved(path: str) -> str:
    """Return the import path that the class `path` has now."""
    if path not in MOVED:
        return path
    move = MOVED[path]
    _warn(_("{old} is {new} since version {since}.").format(old=path, new=move.new, since=move.since))
    return moved(move.new)


def advise_upgrade(exc: KitError, written: str | None) -> None:
    """Let an error over a file that a newer version wrote say so, and what to do."""
    own = version()
    if written is not None and earlier(own, written):
        words = _("Version {written} wrote this, and this is {own}: upgrade with pip install --upgrade tunebook.")
        exc.advise(words.format(written=written, own=own))


def _warn(text: str) -> None:
    warnings.warn(text, KitWarning, stacklevel=3)
