"""Conversations: the turns that were taken, in each of the forms in which data holds them.

============ ======================================================================
OpenAI       ``[{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]``
ShareGPT     ``[{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]``
============ ======================================================================

Also as JSON text (as CSV files need), and as one object of two lists (as Arrow files of older sets hold them).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from kit.data.cell import Fault, absent, is_absent, whole
from kit.data.table import shown
from kit.i18n import _, ngettext

Role = Literal["system", "user", "assistant"]
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
WHO, WHAT = ("role", "from"), ("content", "value", "text")
_TOOLS = ("tool", "function", "function_call", "observation", "tool_call", "tool_response")


class Turn(NamedTuple):
    """What one side said in a conversation; never blank."""

    role: Role
    content: str


class Conversation(NamedTuple):
    """The turns before the last answer, that answer, and how many turns came after it, which nobody answered."""

    before: tuple[Turn, ...]
    answer: str
    unanswered: int


def conversation_of(cells: Mapping[str, Any], column: str, *, system: str = "") -> Conversation:
    """Return the turns before the last answer of a conversation, and that answer; what comes after it is left out.

    Parameters
    ----------
    cells : mapping
        Of one row.
    column : str
        That holds the conversation.
    system : str, default ""
        What is to be said before everything else; "" where the conversation says it itself.

    Raises
    ------
    Fault
        It is no conversation, a turn is empty or of an unknown role, or there is no answer or nothing before it.
    """
    turns = turns_of(cells, column)
    if system:
        turns = [Turn("system", system), *turns]
    last = max((place for place, turn in enumerate(turns) if turn.role == "assistant"), default=-1)
    if last < 0:
        fix = _("Each conversation needs a turn of the assistant (gpt), to be learnt; leave this one out.")
        raise Fault(_("no turn of it is the assistant's."), fix, column)
    if not any(turn.role == "user" for turn in turns[:last]):
        fix = _("Each conversation needs a turn of the user (human) before the last answer; leave this one out.")
        raise Fault(_("nobody asks before its last answer."), fix, column)
    return Conversation(tuple(turns[:last]), turns[last].content.strip(), len(turns) - last - 1)


def left_out(conversations: int) -> str:
    """Return what is said of so many conversations whose last turns nobody answered."""
    return ngettext(
        "{n} conversation ends with a turn that nobody answers; it is left out.",
        "{n} conversations end with a turn that nobody answers; it is left out.",
        conversations,
    ).format(n=f"{conversations:,}")


def turns_of(cells: Mapping[str, Any], column: str) -> list[Turn]:
    """Return all turns of a conversation, in order."""
    if is_absent(cells, column):
        raise Fault(absent(cells, column), _("Give the row a conversation, or leave it out."), column)
    items = listed(cells[column])
    if items is None:
        fix = _('Write a list of turns, such as [{"role": "user", "content": "…"}, …]; name such a column with text=.')
        raise Fault(_("{value} is no conversation.").format(value=shown(cells[column])), fix, column)
    if not items:
        raise Fault(_("the conversation has no turns."), _("Leave the row out."), column)
    return [_turn(item, place, column) for place, item in enumerate(items, start=1)]


def listed(value: Any) -> list[Any] | None:
    """Return the turns that `value` holds, unchecked, or None where it is no list of them."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if hasattr(value, "tolist"):  # what pandas holds of a list that came from Parquet
        value = value.tolist()
    if isinstance(value, Mapping):
        value = _from_lists(value)
    return list(value) if isinstance(value, list | tuple) else None


def transcript(turns: Sequence[Turn]) -> str:
    """Return turns as one text, as a person reads them.

    >>> transcript([Turn("user", "Hello."), Turn("assistant", "Hello!")])
    'user: Hello.\\n\\nassistant: Hello!'
    """
    return "\n\n".join(f"{turn.role}: {turn.content}" for turn in turns)


def key_of(item: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of `names` that `item` has, or ""."""
    return next((name for name in names if name in item), "")


def _from_lists(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return {"role": […], "content": […]} as a list of turns."""
    who, what = key_of(value, WHO), key_of(value, WHAT)
    roles, contents = (_plain_list(value.get(name)) for name in (who, what))
    if roles is None or contents is None or len(roles) != len(contents):
        return None
    return [{who: role, what: content} for role, content in zip(roles, contents, strict=True)]


def _plain_list(value: Any) -> list[Any] | None:
    held = value.tolist() if hasattr(value, "tolist") else value
    return list(held) if isinstance(held, list | tuple) else None


def _turn(item: Any, place: int, column: str) -> Turn:
    if not isinstance(item, Mapping) or not key_of(item, WHO) or not key_of(item, WHAT):
        problem = _("turn {place}, {value}, does not say who says what.").format(place=place, value=shown(item))
        fix = _('Write each turn as {"role": "user", "content": "…"} or {"from": "human", "value": "…"}.')
        raise Fault(problem, fix, column)
    role = _role(item[key_of(item, WHO)], place, column)
    content = _content(item[key_of(item, WHAT)], place, column)
    if not content.strip():
        problem = _("turn {place}, of the {role}, is empty.").format(place=place, role=role)
        raise Fault(problem, _("Fill it in, or leave the conversation out."), column)
    return Turn(role, whole(content, column))


def _role(value: Any, place: int, column: str) -> Role:
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in ROLES:
        return ROLES[word]
    problem = _("turn {place} has the role {value}.").format(place=place, value=shown(value))
    fix = _("Known roles: {roles}.").format(roles=", ".join(ROLES))
    if word in _TOOLS:
        fix += " " + _("Calls of tools are not read: leave such conversations out.")
    raise Fault(problem, fix, column)


def _content(value: Any, place: int, column: str) -> str:
    """Return what is said; a list of pieces (as multimodal data has them) is joined where all are text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    pieces = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(pieces, list | tuple) and all(_is_text(piece) for piece in pieces):
        return "\n".join(piece["text"] for piece in pieces)
    problem = _("turn {place} says {value}, which is no text.").format(place=place, value=shown(value))
    raise Fault(problem, _("Only text is read: leave pictures, sounds and calls of tools out."), column)


def _is_text(piece: Any) -> bool:
    return isinstance(piece, Mapping) and piece.get("type") == "text" and isinstance(piece.get("text"), str)
