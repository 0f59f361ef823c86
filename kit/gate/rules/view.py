"""A text as rules see it: its words, lines and kinds of characters, each counted once.

Words are what stands between blanks. Scripts that write without blanks (Chinese, Japanese, Thai and their like) have
no such words: there two characters count as one word, about what Chinese has on average, and runs of n words are
runs of 2n characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

LETTER, BLANKLESS, DIGIT, BLANK, SYMBOL = "a", "c", "0", " ", "#"
PER_WORD = 2  # characters of a script without blanks

# Thai to Myanmar, Khmer, Japanese syllables, and the Han characters with their extensions.
_BLANKLESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_IS_BLANKLESS = re.compile(f"[{_BLANKLESS}]")
_UNIT = re.compile(rf"[{_BLANKLESS}]|[^\W{_BLANKLESS}](?:[^\s{_BLANKLESS}]*[^\W{_BLANKLESS}])?")  # signs are no words


class _Kinds(dict[int, str]):
    """The kind of each character, found out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] in "LM":  # marks belong to letters: vowels of Indian scripts
            kind = BLANKLESS if _IS_BLANKLESS.match(character) else LETTER
        elif character.isspace():
            kind = BLANK
        else:
            kind = DIGIT if category[0] == "N" else SYMBOL
        self[code] = kind
        return kind


_KINDS = _Kinds()


class View:
    """One text.

    Parameters
    ----------
    text : str
        As it is asked.

    Attributes
    ----------
    kinds : str
        The kind of each character.
    blankless, letters, solid : int
        How many characters are of scripts without blanks, are letters of any script, are no blanks.
    spaced : bool
        Is it mostly written with blanks between words?
    words : list of str
        Each character of a script without blanks on its own.
    word_count : int
        How many words that makes.
    several_lines : bool
        Has it more than one line?
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds = kinds = text.translate(_KINDS)
        self.blankless = kinds.count(BLANKLESS)
        self.letters = kinds.count(LETTER) + self.blankless
        self.solid = len(kinds) - kinds.count(BLANK)
        self.spaced = 2 * self.blankless <= self.letters
        self.words = _UNIT.findall(text) if self.blankless else text.split()
        self.word_count = len(self.words) - self.blankless + -(-self.blankless // PER_WORD)
        self.several_lines = "\n" in text or "\r" in text
        self._unrepeated = 0  # the shortest run of words known to stand nowhere twice; 0: not known yet

    @cached_property
    def lower(self) -> str:
        """The text in small letters."""
        return self.text.lower()

    @cached_property
    def lines(self) -> list[str]:
        """Its lines that are not blank, without blanks around them."""
        if not self.several_lines:
            line = self.text.strip()
            return [line] if line else []
        return [line for each in self.text.splitlines() if (line := each.strip())]

    @cached_property
    def paragraphs(self) -> list[str]:
        """What stands between blank lines."""
        if not self.several_lines:
            return self.lines
        return [paragraph for each in re.split(r"\n\s*\n", self.text) if (paragraph := each.strip())]

    @property
    def repeats(self) -> bool:
        """Does any run of two words stand twice?"""
        return self.runs(2) is not None

    def runs(self, n: int) -> list[tuple[str, ...]] | None:
        """Return every run of `n` words, or None where none of them stands twice."""
        n = n if self.spaced else n * PER_WORD
        if self._unrepeated and n >= self._unrepeated:
            return None
        words = self.words
        runs = list(zip(*(words[start:] for start in range(n)), strict=False))
        if len(set(runs)) < len(runs):
            return runs
        self._unrepeated = n  # then no longer run does
        return None
