"""How what rules limit is counted: small functions of a `View`.

Those of repetition follow Rae et al. 2021 (arXiv:2112.11446, section A1.1 and table A1), with two differences, since a
row may be a single sentence: a run of words counts as repeated only where it stands twice, and the shares of lines are
0 for a text of one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from kit.gate.rules.view import BLANKLESS, LETTER, View

BULLETS = ("•", "‣", "▪", "●", "○", "◦", "·", "*", "-", "–", "—")
ELLIPSES = ("...", "…")
_SENTENCE = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)|[。！？…]+[”’」』）]*")
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
STOP_WORDS = frozenset(("the", "be", "to", "of", "and", "that", "have", "with"))
_CHINESE_STOP_WORDS = frozenset(
    "的是了在和不有与为对"
)  # where a script has no blanks; ours, the paper has English only


def share(part: float, whole: float) -> float:
    """Return a share, 0 of nothing."""
    return part / whole if whole else 0.0


def sentences(view: View) -> float:
    """Return how many sentences there are; what has no end is one, too."""
    text = view.text.rstrip()
    found = [match.end() for match in _SENTENCE.finditer(text)]
    return len(found) + (1 if text and (not found or found[-1] < len(text)) else 0)


def mean_word_length(view: View) -> float:
    """Return the characters of a word on average."""
    return share(view.solid, len(view.words))


def longest_word(view: View) -> float:
    """Return the characters of the longest word."""
    return max(map(len, view.words), default=0)


def words_with_letters(view: View) -> float:
    """Return the share of words that hold a letter."""
    if not view.words:
        return 0.0
    if view.letters == view.solid:
        return 1.0
    # Of the kinds as of the text: a word holds a letter where its kinds do.
    words = view.kinds.split()
    return sum(1 for word in words if LETTER in word or BLANKLESS in word) / len(words)


def capitals(view: View) -> float:
    """Return the share of letters that are capitals."""
    return share(sum(map(str.isupper, view.text)), view.letters)


def hashes(view: View) -> float:
    """Return how many # there are for each word."""
    return share(view.text.count("#"), view.word_count)


def ellipses(view: View) -> float:
    """Return how many ellipses there are for each word."""
    return share(view.text.count("…") + view.text.count("..."), view.word_count)


def stop_words(view: View) -> float:
    """Return how many of the commonest words there are."""
    found = sum(1 for word in view.lower.split() if word in STOP_WORDS)
    return found + sum(word in _CHINESE_STOP_WORDS for word in view.words) if view.blankless else found


def lines_that(view: View, test: Callable[[str], bool]) -> float:
    """Return the share of lines that pass a test, 0 of a single line."""
    lines = view.lines
    return 0.0 if len(lines) < 2 else sum(map(test, lines)) / len(lines)


def begins_with_bullet(line: str) -> bool:
    """Does a line begin with a bullet?"""
    return line.startswith(BULLETS)


def ends_with_ellipsis(line: str) -> bool:
    """Does a line end with an ellipsis?"""
    return line.endswith(ELLIPSES)


def repeated(pieces: Sequence[str], *, characters: bool) -> float:
    """Return the share of lines or paragraphs that stood before, or of their characters."""
    if len(pieces) < 2 or len(set(pieces)) == len(pieces):
        return 0.0
    again = [piece for piece, n in Counter(pieces).items() for _repeat in range(n - 1)]
    if characters:
        return share(sum(map(len, again)), sum(map(len, pieces)))
    return len(again) / len(pieces)


def top_run(view: View, n: int) -> float:
    """Return the share of characters that the most frequent run of `n` words has, where it stands twice."""
    runs = view.runs(n)
    if runs is None:
        return 0.0
    counts = Counter(runs)
    most = max(counts.values())
    longest = max(sum(map(len, run)) for run, count in counts.items() if count == most)
    return min(share(longest * most, view.solid), 1.0)


def repeated_runs(view: View, n: int) -> float:
    """Return the share of characters in runs of `n` words that stood before, none counted twice."""
    runs = view.runs(n)
    if runs is None:
        return 0.0
    seen, again, place = set(), 0, 0
    size = len(runs[0])
    while place < len(runs):
        if runs[place] in seen:
            again += sum(map(len, runs[place]))
            place += size
        else:
            seen.add(runs[place])
            place += 1
    return share(again, view.solid)


def phrases(view: View, phrases: Sequence[str]) -> float:
    """Return how often any of some phrases stands in it, whatever their case."""
    text = view.lower
    return sum(text.count(phrase) for phrase in phrases)
