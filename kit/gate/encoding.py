"""Encoding damage: text that was read in the wrong encoding, characters that were lost, signs that nobody typed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from kit.gate.check import Check, Seen, Tell, written
from kit.gate.finding import Finding, Flag, Level
from kit.gate.misread import Way, undone
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import N_, _, ngettext

_MUCH = 0.01  # a larger share of damaged rows is no accident of a few lines
_EXAMPLES = 20

_LOST = re.compile("\ufffd+|锟斤拷(?:锟斤拷)*")  # what stands for bytes that nobody could read; once, and once more
_SURROGATE = re.compile("[\ud800-\udfff]+")
# All but tabs, line ends and page breaks; marks of byte order within a text are left from joined files.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]+")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,6}|#x[0-9a-fA-F]{2,5});")

_WORDS = {
    "misread": N_("read in the wrong encoding"),
    "lost": N_("with lost characters"),
    "control": N_("with control signs"),
    "surrogate": N_("with halves of characters"),
}


class Encoding(Check):
    """Points at rows whose text is damaged, and says how it came."""

    name = "encoding"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._flags: list[Flag] = []
        self._kinds: Counter[str] = Counter()
        self._ways: Counter[Way] = Counter()
        self._rows = self._entities = 0
        self._with_entities: list[int] = []

    def feed(self, rows: Sequence[Seen]) -> None:
        for seen in rows:
            self._rows += 1
            text = "\n".join(written(seen.row))
            if "&" in text and _ENTITY.search(text):
                self._entities += 1
                self._with_entities += [seen.number] * (len(self._with_entities) < _EXAMPLES)
            if text.isascii() and not _CONTROL.search(text):
                continue
            self._look(seen, text)

    def _look(self, seen: Seen, text: str) -> None:
        damage, ways = damage_of(text)
        if not damage:
            return
        self._kinds.update(list(damage))
        self._ways.update(set(ways))
        self._flags.append(Flag(seen.part, seen.place, seen.number, _message(damage, ways), (), float(len(damage))))

    def finish(self, tell: Tell) -> Finding:
        """Return how many rows are damaged, and in which ways."""
        ways = {f"{way.written} read as {way.read}": n for way, n in self._ways.most_common()}
        numbers: dict[str, Any] = {
            "rows": self._rows,
            "damaged": len(self._flags),
            "kinds": dict(self._kinds),
            "ways": ways,
            "entities": self._entities,
            "rows_with_entities": self._with_entities,
        }
        note = _(" {n} hold HTML marks such as &amp;.").format(n=f"{self._entities:,}") if self._entities else ""
        if not self._flags:
            summary = ngettext("{n} row without damage.", "{n} rows without damage.", self._rows)
            level: Level = "note" if self._entities else "ok"
            return Finding("encoding", level, summary.format(n=f"{self._rows:,}") + note, numbers=numbers)
        listed = ", ".join(f"{n:,} {_(_WORDS[kind])}" for kind, n in self._kinds.most_common())
        summary = _("Damaged text in {n} of {all} rows: {listed}.").format(
            n=f"{len(self._flags):,}", all=f"{self._rows:,}", listed=listed
        )
        grave = len(self._flags) > _MUCH * self._rows
        return Finding("encoding", "stop" if grave else "warn", summary + note, tuple(self._flags), numbers)


def damage_of(text: str) -> tuple[dict[str, int], list[Way]]:
    """Return what is wrong with a text, each with where it begins (from 0), and in which ways it was misread."""
    found = {}
    for kind, pattern in (("lost", _LOST), ("surrogate", _SURROGATE)):
        match = pattern.search(text)
        if match:
            found[kind] = match.start()
    joined = _joined(text) if "surrogate" in found else text
    mended, ways = undone(joined)
    if ways:
        found["misread"] = next((at for at, (a, b) in enumerate(zip(joined, mended, strict=False)) if a != b), 0)
    match = _CONTROL.search(mended)
    if match:
        found["control"] = match.start()
    return found, ways


def mend(spec: Thresholds) -> Callable[[str], str]:
    """Return what brings a damaged text back, exactly where nothing was lost.

    Text that was misread is read rightly, halves of characters are joined, signs that nobody typed go; what stands for
    lost characters stays, since nobody knows them.
    """
    return mended


def mended(text: str) -> str:
    """Return a text as it was before it was damaged, as far as that can be told."""
    while True:
        again = _CONTROL.sub("", undone(_joined(text))[0])
        if again == text:
            return text
        text = again


def _joined(text: str) -> str:
    """Return a text with its halves of characters joined: two surrogates make one, escaped bytes what they were."""
    if not _SURROGATE.search(text):
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _message(damage: dict[str, int], ways: list[Way]) -> str:
    said = []
    if ways:
        how = ", ".join(_("{written} read as {read}").format(**way._asdict()) for way in dict.fromkeys(ways))
        said.append(_("{how}, from character {at}").format(how=how, at=damage["misread"] + 1))
    words = {
        "lost": _("characters are lost at {at}"),
        "surrogate": _("half a character at {at}"),
        "control": _("a control sign at {at}"),
    }
    said += [words[kind].format(at=at + 1) for kind, at in damage.items() if kind in words]
    return "; ".join(said)
