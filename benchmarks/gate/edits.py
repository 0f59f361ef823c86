"""Small changes to a text that leave it what it is, and larger ones that leave only what it means."""

from __future__ import annotations

import random
import re

_WORD = re.compile(r"\w+|[^\w\s]|\s+")
_SIGNS = ("!", " .", "…", " -", ":")

# Words that stand for each other in most sentences.
SYNONYMS = {
    "rises": "climbs", "falls": "drops", "gains": "advances", "loses": "gives up", "profit": "earnings",
    "buy": "purchase", "sell": "dispose of", "shares": "stock", "company": "firm", "big": "large", "up": "higher",
    "down": "lower", "likely": "expected", "may": "might", "cause": "lead to", "causes": "leads to",
    "symptoms": "signs", "treatment": "therapy", "treatments": "therapies", "patient": "person", "disease": "illness",
    "most": "mostly", "common": "frequent", "following": "below", "used": "applied", "machine": "unit",
    "broken": "damaged", "leaking": "dripping", "replaced": "changed", "found": "discovered", "what": "which",
    "year": "twelve months", "after": "following", "before": "ahead of", "due": "owing", "against": "versus",
    "help": "assist", "show": "reveal", "high": "elevated", "low": "reduced", "new": "fresh", "first": "initial",
}  # fmt: skip


def near(text: str, draw: random.Random) -> str:
    """Return `text` with one small change: a letter, a sign, a blank, or its capitals."""
    kind = draw.choice(("typo", "sign", "blank", "case", "twice"))
    words = _WORD.findall(text)
    long = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if kind == "typo" and long:
        place = draw.choice(long)
        word = words[place]
        at = draw.randrange(1, len(word) - 1)
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        changed = "".join(words)
        return changed if changed != text else text + "!"
    if kind == "case" and text.upper() != text:
        return text.upper() if draw.random() < 0.3 else text.lower() if text.lower() != text else text + "."
    if kind == "blank" and " " in text:
        return text.replace(" ", "  ") + " "
    if kind == "twice" and long:
        place = draw.choice(long)
        return "".join([*words[: place + 1], " ", words[place], *words[place + 1 :]])
    return text.rstrip(".!?。！？ ") + draw.choice(_SIGNS)


def paraphrase(text: str, draw: random.Random) -> str | None:
    """Return `text` in other words and another order, or None where too few of its words are known."""
    words = text.split()
    changed = 0
    for place, word in enumerate(words):
        bare = word.strip(".,:;!?").lower()
        if bare in SYNONYMS:
            words[place] = word.lower().replace(bare, SYNONYMS[bare])
            changed += 1
    if changed < 2 and (changed < 1 or len(words) < 6):
        return None
    said = " ".join(words)
    parts = re.split(r"[,;:] ", said, maxsplit=1)
    if len(parts) == 2 and draw.random() < 0.8:
        said = f"{parts[1].rstrip('.')}, {parts[0]}"
    return said


def inside(text: str, draw: random.Random) -> str:
    """Return `text` within other text, as a test row stands in a page that was copied."""
    kind = draw.choice(("as it is", "before", "after", "case"))
    if kind == "before":
        return f"{draw.choice(('Question', 'Item', 'Note'))} {draw.randrange(1, 900)}: {text}"
    if kind == "after":
        return f"{text} ({draw.choice(('seen in the archive', 'copied from the list', 'as asked last week'))})"
    return text.lower() if kind == "case" else text
