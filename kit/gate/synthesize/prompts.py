"""What a model is told when it writes a synthetic row.

English, and not translated: what a model writes must not depend on the language of whoever started the run. It is told
to keep the language of the row.
"""

from __future__ import annotations

from collections.abc import Sequence

from kit.data.prompt import Message
from kit.data.row import Row

_ONLY = "Keep the language of the text. Write only the new text, without quotes, notes or a heading."
_ONLY_QUESTION = "Keep the language of the question. Write only the new question, without quotes, notes or a heading."
_PAIR = (
    "Keep their language. Write exactly two lines and nothing else, the first beginning with “Question:”, the second "
    "with “Answer:”."
)


def paraphrase(row: Row, task: str) -> str:
    """Return the words that ask for the same in other words."""
    if task in ("answer", "choose"):
        parts = [
            "Ask the question below in other words. Keep every name, number and unit, so that its right answer stays "
            f"“{row.answer}”. {_ONLY_QUESTION}",
            f"What is read before the question:\n{row.context}" if row.context else "",
            "The choices: " + "; ".join(row.choices) if row.choices else "",
            f"The question:\n{row.text}",
        ]
        return _together(parts)
    label = f", so that the label “{row.answer}” stays right" if row.answer else ""
    return _together(
        [
            f"Say the text below in other words. Keep its meaning and every name, number and unit{label}. {_ONLY}",
            f"What is read before the text:\n{row.context}" if row.context else "",
            f"The text:\n{row.text}",
        ]
    )


def counter_example(row: Row, label: str, labels: Sequence[str]) -> str:
    """Return the words that ask for the least change that makes another label right."""
    return _together(
        [
            f"Texts are labelled with one of: {', '.join(labels)}. The text below has the label “{row.answer}”. Change "
            f"as few words as you can, so that the right label is “{label}”. {_ONLY}",
            f"What is read before the text:\n{row.context}" if row.context else "",
            f"The text:\n{row.text}",
        ]
    )


def new(examples: Sequence[Row], task: str) -> str:
    """Return the words that ask for a row of the same kind as some examples."""
    if task == "answer":
        shown = "\n\n".join(f"Question: {each.text}\nAnswer: {each.answer}" for each in examples)
        context = f"What is read before the question:\n{examples[0].context}" if examples[0].context else ""
        asked = f"Write one new question of the same kind as these, and its right answer. {_PAIR}"
        return _together([asked, context, shown])
    label = f" with the label “{examples[0].answer}”" if examples[0].answer else ""
    shown = "\n\n".join(f"Text: {each.text}" for each in examples)
    return _together(
        [
            f"Write one new text{label}, of the same kind and about as long as these, about something else. {_ONLY}",
            f"What is read before the text:\n{examples[0].context}" if examples[0].context else "",
            shown,
        ]
    )


def message(words: str) -> list[Message]:
    """Return `words` as a person says them."""
    return [{"role": "user", "content": words}]


def _together(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part)
