"""Doubts that several choices have in common: each is said once, and a choice shows only what is its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kit.choosing.choice import Choice
from kit.choosing.evidence import Kind
from kit.choosing.guess import lost
from kit.i18n import N_, _

_TITLES: dict[Kind, str] = {
    "this data": N_("Measured on this data"),
    "this task": N_("Measured on other data"),
    "published": N_("Published"),
    "guess": N_("Guesses"),
}


@dataclass(frozen=True)
class Shared:
    """A doubt that all choices of one sort have.

    Parameters
    ----------
    title : str
        Which choices these are, in words.
    doubt : str
        In a sentence.
    ranks : frozenset of int
        Of these choices.
    """

    title: str
    doubt: str
    ranks: frozenset[int]

    def __str__(self) -> str:
        return _("{title}: {doubt}").format(title=self.title, doubt=self.doubt)


def shared_doubts(choices: Sequence[Choice]) -> list[Shared]:
    """Return what is uncertain alike of two or more choices: all, all of one kind of evidence, or all of fewer bits."""
    found: list[Shared] = []
    for title, members in _sorts(choices):
        if len(members) < 2:
            continue
        ranks = frozenset(choice.rank for choice in members)
        common = [each for each in members[0].uncertain if all(each in choice.uncertain for choice in members)]
        known = {each.doubt for each in found if each.ranks == ranks}
        found += [Shared(title, each, ranks) for each in common if each not in known]
    return [each for each in found if not any(_says_more(other, each) for other in found)]


def own_doubts(choice: Choice, shared: Sequence[Shared]) -> list[str]:
    """Return what is uncertain about a choice and not said of all of its sort."""
    told = {each.doubt for each in shared if choice.rank in each.ranks}
    return [each for each in choice.uncertain if each not in told]


def _says_more(one: Shared, other: Shared) -> bool:
    return one.doubt == other.doubt and one.ranks > other.ranks


def _sorts(choices: Sequence[Choice]) -> Iterator[tuple[str, list[Choice]]]:
    """Yield choices of one sort with its name, the widest sorts first."""
    yield _("All"), list(choices)
    others = [choice for choice in choices if choice.evidence.kind != "this data"]
    yield _("Not measured on this data"), others
    for kind, title in _TITLES.items():
        yield _(title), [choice for choice in choices if choice.evidence.kind == kind]
    fewer = [choice for choice in others if lost(choice.method)]
    yield ", ".join(dict.fromkeys(choice.method for choice in fewer)), fewer
