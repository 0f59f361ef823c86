"""What a report says to a person: how bad a finding is, what all of them mean, how a row is named."""

from __future__ import annotations

from kit.gate.finding import LEVELS
from kit.gate.registry import CHECKS
from kit.i18n import N_, _, ngettext

_LEVELS = {
    "ok": ("✓", N_("fine")),
    "note": ("i", N_("worth knowing")),
    "warn": ("!", N_("look at it")),
    "stop": ("✕", N_("mend it")),
}
_VERDICTS = {
    "ok": N_("Ready to be trained on."),
    "note": N_("Ready to be trained on."),
    "warn": N_("Look at this before you train."),
    "stop": N_("Not ready to be trained on."),
}


def level_words(level: str) -> tuple[str, str]:
    """Return a level as a sign and a word: never as a colour alone."""
    sign, word = _LEVELS[level]
    return sign, _(word)


def verdict_words(level: str) -> str:
    """Return what a report means whose gravest level this is."""
    return _(_VERDICTS[level])


def gravity(level: str) -> int:
    """Return a number by which findings are sorted, the gravest first."""
    return -LEVELS.index(level)  # type: ignore[arg-type]


def check_words(name: str) -> str:
    """Return what a check is called."""
    return _(CHECKS[name].label) if name in CHECKS else name


def row_words(part: str, number: int, unit: str = "") -> str:
    """Return how a row is named: by its number in its source, as that counts."""
    told = f"{unit or _('row')} {number:,}"
    return _("test {row}").format(row=told) if part == "test" else told


def rows_words(n: int) -> str:
    """Return a number of rows."""
    return ngettext("{n} row", "{n} rows", n).format(n=f"{n:,}")
