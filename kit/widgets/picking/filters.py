"""Which models are shown: by words, task, field, language, licence, what they read, size, place and fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from kit.models import ModelCard
from kit.models.uses import TASKS, licensed, speaks, suits
from kit.widgets.picking.offer import Offer

LICENCES = ("commercial", "free")  # beside "" for any, and licences by their own name
READS = ("text", "image", "video")
SIZES = ("0.5", "1", "2", "4", "9", "15", "35", "80")  # billions of parameters at most
MADE_FOR = ("code", "reasoning")  # tasks of cards that only some can do; their tags join in


@dataclass(frozen=True)
class Filters:
    """What a person looks for; whatever is empty leaves nothing out.

    Parameters
    ----------
    text : str
        Words that all have to occur in a model's names, maker, family or tags.
    task : {"classify", "choose", "answer", "chat", "continue"}
        What the model is for.
    made_for, language : str
        A field such as "medicine" or "code"; an ISO 639 code.
    licence : str
        "commercial" (allowed, perhaps on conditions), "free" (allowed without), or the name of a licence.
    reads : {"", "text", "image", "video"}
        "text": nothing but text.
    size : str
        Billions of parameters at most.
    here, fits : bool
        Only what is on this machine; only what runs here in some way.
    """

    text: str = ""
    task: str = "classify"
    made_for: str = ""
    language: str = ""
    licence: str = ""
    reads: str = ""
    size: str = ""
    here: bool = False
    fits: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any], before: Filters) -> Filters:
        """Return `before` with what stands in the fields of these names; what is not allowed changes nothing."""
        taken = {name: value for name, value in values.items() if _allowed(name, value)}
        return replace(before, **{name: _clean(value) for name, value in taken.items()})

    def active(self) -> tuple[str, ...]:
        """Return the names of those that may leave something out, as they stand on the page."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) and field.name != "task")

    def without(self, name: str) -> Filters:
        """Return these filters with one of them taken off."""
        default: Any = next(field.default for field in fields(self) if field.name == name)
        return replace(self, **{name: default})

    def passes(self, each: Offer) -> bool:
        """Is this model one that is looked for?"""
        return all(test(self, each) for test in _TESTS.values())

    def pick(self, offers: Iterable[Offer]) -> list[Offer]:
        """Return those that are looked for, in the order they came."""
        return [each for each in offers if self.passes(each)]

    def strictest(self, offers: Iterable[Offer]) -> tuple[str, int, int]:
        """Return which filter leaves out most, how many those are, and how many would be shown without it."""
        everyone = list(offers)
        counted = {name: sum(not _TESTS[name](self, each) for each in everyone) for name in (*self.active(), "task")}
        name = max(counted, key=lambda each: counted[each])
        return name, counted[name], len(self.without(name).pick(everyone)) if name != "task" else 0


def fields_of(offers: Iterable[Offer]) -> list[str]:
    """Return the fields that models were made for, in the order of the alphabet."""
    cards = [each.card for each in offers if each.card is not None]
    return sorted({tag for card in cards for tag in _made_for(card)})


def languages_of(offers: Iterable[Offer]) -> list[str]:
    """Return the codes of the languages that makers name, the most common first."""
    counted: dict[str, int] = {}
    for each in offers:
        for code in each.card.languages if each.card else ():
            counted[code] = counted.get(code, 0) + 1
    return sorted(counted, key=lambda code: (-counted[code], code))


def licences_of(offers: Iterable[Offer]) -> list[str]:
    """Return the names of all licences, in the order of the alphabet."""
    return sorted({each.card.licence for each in offers if each.card}, key=str.casefold)


def _made_for(card: ModelCard) -> set[str]:
    return {*card.tags, *(task for task in card.tasks if task in MADE_FOR)}


def _by_text(wanted: Filters, each: Offer) -> bool:
    said = each.said
    return all(word in said for word in wanted.text.casefold().split())


def _by_task(wanted: Filters, each: Offer) -> bool:
    return each.card is None or suits(each.card, wanted.task)


def _by_licence(wanted: Filters, each: Offer) -> bool:
    if not wanted.licence or each.card is None:
        return not wanted.licence
    if wanted.licence in LICENCES:
        return licensed(each.card, wanted.licence)
    return each.card.licence == wanted.licence


def _by_reads(wanted: Filters, each: Offer) -> bool:
    reads = each.card.modality.split("+") if each.card else ["text"]
    return not wanted.reads or (reads == ["text"] if wanted.reads == "text" else wanted.reads in reads)


def _by_size(wanted: Filters, each: Offer) -> bool:
    return not wanted.size or each.card is None or each.card.parameters <= float(wanted.size) * 1e9


def _by_language(wanted: Filters, each: Offer) -> bool:
    return not wanted.language or (each.card is not None and speaks(each.card, wanted.language))


def _by_field(wanted: Filters, each: Offer) -> bool:
    return not wanted.made_for or (each.card is not None and wanted.made_for in _made_for(each.card))


_TESTS: dict[str, Callable[[Filters, Offer], bool]] = {
    "text": _by_text,
    "task": _by_task,
    "made_for": _by_field,
    "language": _by_language,
    "licence": _by_licence,
    "reads": _by_reads,
    "size": _by_size,
    "here": lambda wanted, each: each.here or not wanted.here,
    "fits": lambda wanted, each: not wanted.fits or each.usable,
}
_CHOICES: dict[str, tuple[str, ...]] = {"task": TASKS, "reads": ("", *READS), "size": ("", *SIZES)}


def _allowed(name: str, value: Any) -> bool:
    if name not in _TESTS:
        return False
    if name in ("here", "fits"):
        return isinstance(value, bool)
    return isinstance(value, str) and value in _CHOICES.get(name, (value,))


def _clean(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
