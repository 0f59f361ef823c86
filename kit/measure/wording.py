"""How near a written answer comes to a right one: exact match, F1 of words, ROUGE-L.

Exact match and F1 are those of SQuAD (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250, section 6.1): in small
letters, without punctuation and the articles a, an, the. ROUGE-L (Lin 2004, https://aclanthology.org/W04-1013, section
3) is the F-measure of the longest common subsequence of words, in small letters and without stemming. Of several right
answers the nearest counts.

A word is a run of letters and digits; in scripts that put no blanks between words, each character is one.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def words(text: str) -> list[str]:
    """Return the words of a text, in small letters.

    >>> words("The St. Gotthard's 15 km")
    ['the', 'st', 'gotthard', 's', '15', 'km']
    >>> words("头痛3天")
    ['头', '痛', '3', '天']
    """
    kept = (char if unicodedata.category(char)[0] in "LNM" else " " for char in text.lower())
    return _apart("".join(kept)).split()


def plain_words(text: str) -> list[str]:
    """Return the words of a text as SQuAD has them: punctuation inside a word leaves no gap, articles are left out.

    >>> plain_words("The U.S. Army!")
    ['us', 'army']
    """
    kept = "".join(char for char in text.lower() if not _is_punctuation(char))
    return _apart(_ARTICLES.sub(" ", kept)).split()


def exact_match(answer: str, accepted: Sequence[str]) -> float:
    """Return 1 when the answer is one of those accepted, punctuation and articles aside, else 0."""
    return _best(answer, accepted, lambda a, b: float(a == b), plain_words)


def f1(answer: str, accepted: Sequence[str]) -> float:
    """Return the harmonic mean of the shares of words that an answer and the nearest right one have in common."""
    return _best(answer, accepted, _shared, plain_words)


def rouge_l(answer: str, accepted: Sequence[str]) -> float:
    """Return the same for words in the same order: those of the longest common subsequence."""
    return _best(answer, accepted, _in_order, words)


SCORES: dict[str, Callable[[str, Sequence[str]], float]] = {"exact_match": exact_match, "f1": f1, "rouge_l": rouge_l}


def _best(
    answer: str,
    accepted: Sequence[str],
    score: Callable[[list[str], list[str]], float],
    split: Callable[[str], list[str]],
) -> float:
    given = split(answer)
    return max(score(given, split(right)) for right in accepted)


def _shared(given: list[str], right: list[str]) -> float:
    if not given or not right:  # what holds nothing but punctuation matches only the same
        return float(given == right)
    return _harmonic(sum((Counter(given) & Counter(right)).values()), given, right)


def _in_order(given: list[str], right: list[str]) -> float:
    if not given or not right:
        return 0.0
    row = [0] * (len(right) + 1)
    for word in given:
        left = 0  # what stood at this place one row above, one column to the left
        for place, other in enumerate(right, start=1):
            left, row[place] = row[place], left + 1 if word == other else max(row[place], row[place - 1])
    return _harmonic(row[-1], given, right)


def _harmonic(common: int, given: list[str], right: list[str]) -> float:
    if not common:
        return 0.0
    precision, recall = common / len(given), common / len(right)
    return 2 * precision * recall / (precision + recall)


def _apart(text: str) -> str:
    return _UNSPACED.sub(lambda char: f" {char[0]} ", text)


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char)[0] == "P"
