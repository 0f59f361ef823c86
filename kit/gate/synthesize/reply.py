"""From what a model wrote to a text, or to why there is none.

Models wrap what they were asked for: in quotes, in a code block, behind "Here is the new text:", after thinking aloud.
"""

from __future__ import annotations

import re

EMPTY, UNREADABLE = "empty", "unreadable"

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"\A```[\w-]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_HEADING = re.compile(
    r"\A(?:(?:sure|certainly|of course|okay|ok|here(?: is|'s| you go))\b[^\n]*?:\s*\n+|"
    r"(?:new |rewritten |rephrased |paraphrased )?(?:text|question|sentence|paraphrase)\s*:\s*)",
    re.IGNORECASE,
)
_QUOTES = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("'", "'"), ("`", "`"))
_PAIR = re.compile(r"question\s*:\s*(?P<question>.+?)\s*\n+\s*answer\s*:\s*(?P<answer>.+)", re.DOTALL | re.IGNORECASE)


def text_in(reply: str) -> str:
    """Return the text that a reply holds, "" where there is none.

    >>> text_in("Sure, here it is:\\n\\n“Sales rose.”")
    'Sales rose.'
    """
    text = _THOUGHT.sub("", reply).strip()
    before = None
    while text != before:  # a heading may stand in quotes, and quotes behind a heading
        before = text
        if fenced := _FENCE.match(text):
            text = fenced[1].strip()
        text = _HEADING.sub("", text, count=1).strip()
        text = _unquoted(text)
    return text


def pair_in(reply: str) -> tuple[str, str] | None:
    """Return the question and the answer that a reply holds, None where it does not hold both.

    >>> pair_in("Question: Why?\\nAnswer: Because.")
    ('Why?', 'Because.')
    """
    found = _PAIR.search(_THOUGHT.sub("", reply))
    if found is None:
        return None
    answer = found["answer"].strip().removesuffix("```").split("\n\n")[0].strip()
    return (found["question"].strip(), answer) if answer else None


def _unquoted(text: str) -> str:
    for opening, closing in _QUOTES:
        inner = text[len(opening) : -len(closing)]
        quoted = len(text) > 2 and text.startswith(opening) and text.endswith(closing)
        if quoted and opening not in inner and closing not in inner:
            return inner.strip()
    return text
