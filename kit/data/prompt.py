"""How a row becomes a question.

The instruction goes first: it is the same in every row, so engines compute it once and use it again.
"""

from __future__ import annotations

from collections.abc import Sequence

Message = dict[str, str]


def messages(instruction: str, text: str, context: str = "") -> list[Message]:
    """Return the chat messages that put one row to a model.

    >>> messages("Classify the text.", "Sales rose.")
    [{'role': 'user', 'content': 'Classify the text.\\n\\nSales rose.'}]
    """
    return [{"role": "user", "content": "\n\n".join(part for part in (instruction, context, text) if part)}]


def default_instruction(labels: Sequence[str]) -> str:
    """Return the instruction for data that brings none: what the labels are, and nothing where there are none.

    It is not translated: the answer of a model must not depend on the language of whoever started the run.

    >>> default_instruction(("bad", "good"))
    'Classify the text. Answer with one of: bad, good.'
    """
    return f"Classify the text. Answer with one of: {', '.join(labels)}." if labels else ""
