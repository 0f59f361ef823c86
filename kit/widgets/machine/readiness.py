"""What runs on this machine and what does not, in groups: those that lack the same thing are told together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kit.engines.lacks import ENGINES, engine_lacks
from kit.i18n import N_, _
from kit.machine.lacks import Lack, lacks
from kit.machine.packages import extras
from kit.quantization import methods
from kit.quantization.lacks import lacks_of


@dataclass(frozen=True)
class Readiness:
    """One kind of thing: those that are ready, and what the others lack.

    Parameters
    ----------
    title : str
        What they are; marked with ``N_``.
    ready : tuple of (str, str)
        Name and what it is, of each that runs here.
    lacking : tuple of (tuple of str, Lack)
        The names that lack the same thing, and that.
    """

    title: str
    ready: tuple[tuple[str, str], ...]
    lacking: tuple[tuple[tuple[str, ...], Lack], ...]


def readiness() -> tuple[Readiness, ...]:
    """Return engines, methods and what can be added, each looked at anew."""
    engines = [(_(title), "", engine_lacks(name)) for name, (title, _packages) in ENGINES.items()]
    held = [(each.name, _(each.title), list(lacks_of(each))) for each in methods().values()]
    more = [
        (each.name, each.gives, [each.lack] if each.lack else [])
        for each in extras()
        if each.name != "dev"  # for those who build Tunebook
    ]
    wrong = [(lack.package, "", [lack]) for lack in lacks()]
    kinds = ((N_("Engines"), engines), (N_("Methods"), held), (N_("Extras"), more), (N_("Packages"), wrong))
    return tuple(_grouped(title, things) for title, things in kinds if things)


def lacking(groups: Iterable[Readiness]) -> dict[Lack, list[str]]:
    """Return what is lacking, each once, with the names of all that lack it."""
    found: dict[Lack, list[str]] = {}
    for group in groups:
        for names, lack in group.lacking:
            found[lack] = list(dict.fromkeys([*found.get(lack, []), *names]))
    return found


def _grouped(title: str, things: Sequence[tuple[str, str, Sequence[Lack]]]) -> Readiness:
    ready = tuple((name, about) for name, about, lack in things if not lack)
    groups: dict[Lack, list[str]] = {}
    for name, _about, found in things:
        for lack in found:
            groups.setdefault(lack, []).append(name)
    return Readiness(title, ready, tuple((tuple(names), lack) for lack, names in groups.items()))
