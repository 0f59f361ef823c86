"""How a row becomes a question.

The instruction goes first: it is the same in every row, so engines compute it once and use it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kit.data.row import Row
    from kit.data.turns import Turn

Message = dict[str, str]


def prompt_of(instruction: str, row: Row) -> list[Message]:
    """Return the chat messages that put `row` to a model."""
    return messages(instruction, row.text, row.context, turns=row.turns)


def messages(instruction: str, text: str, context: str = "", *, turns: Sequence[Turn] = ()) -> list[Message]:
    """Return the chat messages that put one row to a model.

    Parameters
    ----------
    instruction : str
        What it is told to do; "" where nothing is said.
    text, context : str
        The question, and what is to be read before it.
    turns : sequence of Turn, default ()
        The turns of a conversation, instead of the two. The instruction is then the system's, before what that says.

    >>> messages("Classify the text.", "Sales rose.")
    [{'role': 'user', 'content': 'Classify the text.\\n\\nSales rose.'}]
    """
    if turns:
        return _told(instruction, [{"role": turn.role, "content": turn.content} for turn in turns])
    return [{"role": "user", "content": "\n\n".join(part for part in (instruction, context, text) if part)}]


def _told(instruction: str, turns: list[Message]) -> list[Message]:
    if not instruction:
        return turns
    own = turns[0]["content"] if turns[0]["role"] == "system" else ""
    content = "\n\n".join(part for part in (instruction, own) if part)
    return [{"role": "system", "content": content}, *turns[bool(own) :]]


def default_instruction(labels: Sequence[str]) -> str:
    """Return the instruction for data that brings none: what the labels are, and nothing where there are none.

    It is not translated: the answer of a model must not depend on the language of whoever started the run.

    >>> default_instruction(("bad", "good"))
    'Classify the text. Answer with one of: bad, good.'
    """
    return f"Classify the text. Answer with one of: {', '.join(labels)}." if labels else ""
