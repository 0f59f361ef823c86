"""Names in text of Latin letters: those that spaCy finds, sifted, and those that the words around them tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex
from presidio_analyzer import LocalRecognizer, RecognizerResult

from kit.gate.personal.result import result
from kit.gate.personal.words import either, words

Span = tuple[int, int]

_PART = (
    r"(?:(?:O|D|L|d|l)['’])?(?:Mc|Mac|De|Di|La|Le|Van|Fitz)?\p{Lu}[\p{Ll}\p{M}]+(?:[-'’]\p{Lu}(?:\.|[\p{Ll}\p{M}]+))*"
)
_LITTLE = r"(?:de|da|do|dos|del|della|di|der|den|van|von|zu|zur|la|le|bin|binti|ibn|al|el|ter|y)"
_BETWEEN = rf"(?:\s(?:\p{{Lu}}\.|{_LITTLE}))*"
_NAME = rf"{_PART}(?:{_BETWEEN}\s{_PART}){{1,3}}"
_SHORT = rf"{_PART}(?:{_BETWEEN}\s{_PART}){{0,3}}"
_TITLE = either("titles")
_GREETING = r"(?i:dear|hi|hello|hey|good morning|good afternoon)"
_CLOSING = r"(?i:regards|sincerely|faithfully|best wishes|cheers|yours|thanks|thank you|signed|love)"

# The first group is the name; the number tells how many words it has at least. What stands around it is matched
# whatever its case, the name itself is not.
_STRONG = tuple(
    (regex.compile(each, regex.V1), least)
    for each, least in (
        (rf"\b{_TITLE}\b\.?\s+((?:\p{{Lu}}\.\s?)*{_SHORT})", 1),
        (rf"\b{_GREETING}\s+(?:{_TITLE}\.?\s+)?({_SHORT})(?=\s*[,!:;.—-]|\s*$)", 1),
        (rf"\b{_CLOSING}\s*[,:–—-]?\s+({_NAME})", 2),
        (rf"(?:^|[\s;,(|])(?i:{either('labels')})\s*[:=]\s*(?:{_TITLE}\.?\s+)?({_NAME})", 2),
        (rf"\b(?i:{either('roles')})(?:,|\s+named|\s+called)?\s+({_NAME})", 2),
        (rf"\b(?i:{either('told')})\s+(?:{_TITLE}\.?\s+)?({_NAME})", 2),
        (rf"({_NAME})\s*\((?:DOB|born|aged?|MRN|\d{{2}})\b", 2),
    )
)
_PERSONAL = regex.compile(rf"\b({_NAME}),?\s+{either('did')}", regex.V1)
_ANYONES = regex.compile(rf"\b({_NAME}),?\s+{either('said')}\b", regex.V1)
_FULL = regex.compile(rf"(?:\p{{Lu}}\.\s?)*{_NAME}|\p{{Lu}}\.(?:\s?\p{{Lu}}\.)*\s{_PART}", regex.V1)
_TITLED = regex.compile(rf"(?:{_TITLE}\.?\s+)+(?=\S)")
_WORD = regex.compile(r"[^\s.]+")

_NO_PERSON, _SURNAMES_TOO = words("no_person"), words("surnames_too")
_ENDS = ("tion", "tions", "ness", "ology", "ologies", "ability", "ality", "plasms", "plasia", "itis", "osis")
_THING_BEHIND = regex.compile(rf"[’']?s?[\s-]+(?i:{either('behind')})\b")


class Names(LocalRecognizer):
    """Names of people in text of Latin letters."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["PERSON"], supported_language="en", name="Names")

    def load(self) -> None:
        """Nothing is loaded: entities come with the text."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return the names that spaCy sees and that look like names, and those told by the words around them."""
        ents = nlp_artifacts.entities if nlp_artifacts is not None else []
        return [result(self, *_untitled(text, span)) for span in (*_seen(text, ents), *_told(text, ents))]


def _seen(text: str, ents: Any) -> Iterator[Span]:
    """Yield what spaCy takes for a person, where it has the form of a full name."""
    for ent in ents:
        if ent.label_ == "PERSON":
            for match in _FULL.finditer(text, ent.start_char, ent.end_char):
                if _may_be(text, match.span()):
                    yield match.span()


def _told(text: str, ents: Any) -> Iterator[Span]:
    """Yield what the words around it call a person."""
    for each, least in _STRONG:
        for match in each.finditer(text):
            span = _shortened(text, match.span(1), least, told=True)
            if span is not None and not _THING_BEHIND.match(text, span[1]):
                yield span
    for match in _PERSONAL.finditer(text):
        if _may_be(text, match.span(1), told=True):
            yield match.span(1)
    others = [(ent.start_char, ent.end_char) for ent in ents if ent.label_ not in ("PERSON", "DATE", "TIME")]
    for match in _ANYONES.finditer(text):
        start, end = match.span(1)
        if _may_be(text, (start, end)) and not any(a < end and start < b for a, b in others):
            yield start, end


def _untitled(text: str, span: Span) -> Span:
    """Return a name without the title that stands before it."""
    title = _TITLED.match(text, *span)
    return (title.end(), span[1]) if title else span


def _may_be(text: str, span: Span, *, told: bool = False) -> bool:
    """Is nothing in or behind it that names of people do not have?"""
    return _shortened(text, span, 2, told=told) == span and not _THING_BEHIND.match(text, span[1])


def _shortened(text: str, span: Span, least: int, *, told: bool) -> Span | None:
    """Return the name up to the first word that no name has, or None where fewer than `least` words are left.

    Where it is `told` to be a name, words that are surnames too may stand in it.
    """
    end, n = span[0], 0
    for match in _WORD.finditer(text, *span):
        word = match[0].lower().removesuffix("'s").removesuffix("’s")
        strange = word in _NO_PERSON or word.endswith(_ENDS)
        if strange and not (told and n and word in _SURNAMES_TOO):
            break
        end = match.end()
        n += len(word) > 1
    return (span[0], end) if n >= least else None
