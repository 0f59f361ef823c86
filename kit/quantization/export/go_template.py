"""Go's text/template, as far as chat templates of Ollama need it: rendered here to see what Ollama will make of one.

Text and actions in ``{{ }}`` (with ``-`` to trim blanks beside them), ``if``, ``else if``, ``else``, ``range`` over
messages with or without ``$i, $m :=``, ``end``, assignments, fields, variables, strings, numbers, and the functions
``and or not eq ne len slice``. See https://pkg.go.dev/text/template for what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

_ACTION = re.compile(r'\{\{(-\s)?\s*((?:"(?:[^"\\]|\\.)*"|.)*?)\s*(\s-)?\}\}', re.DOTALL)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|:=|[(),=]|[^\s(),=:"]+')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass
class Node:
    """A piece of a template: text to write, or an action with what stands inside it."""

    kind: str
    words: list[str] = field(default_factory=list)
    text: str = ""
    inside: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


def render(template: str, values: dict[str, Any]) -> str:
    """Return what Go writes for `template` with `values` as its data.

    Raises
    ------
    ValueError
        The template uses something that is not known here.
    """
    pieces = list(_pieces(template))
    nodes, rest, _end = _parse(pieces, 0)
    if rest != len(pieces):
        raise ValueError("an end without a beginning")
    return "".join(_run(nodes, values, [{"$": values}]))


def _pieces(template: str) -> Iterator[Node]:
    at, trim = 0, False
    for found in _ACTION.finditer(template):
        text = template[at : found.start()]
        text = text.lstrip(" \t\r\n") if trim else text
        text = text.rstrip(" \t\r\n") if found[1] else text
        if text:
            yield Node("text", text=text)
        yield Node("action", words=_WORD.findall(found[2]))
        at, trim = found.end(), bool(found[3])
    text = template[at:]
    yield Node("text", text=text.lstrip(" \t\r\n") if trim else text)


def _parse(pieces: Sequence[Node], at: int) -> tuple[list[Node], int, list[str]]:
    """Return the nodes up to an ``end`` or ``else``, the place behind it, and its words."""
    nodes: list[Node] = []
    while at < len(pieces):
        piece, at = pieces[at], at + 1
        word = piece.words[0] if piece.words else ""
        if word in ("end", "else"):
            return nodes, at, piece.words
        if word in ("if", "range"):
            at = _parse_block(piece, pieces, at)
        nodes.append(piece)
    return nodes, at, []


def _parse_block(node: Node, pieces: Sequence[Node], at: int) -> int:
    node.kind, node.words = node.words[0], node.words[1:]
    node.inside, at, end = _parse(pieces, at)
    if end[:2] == ["else", "if"]:
        other = Node("if", words=end[1:])
        at = _parse_block(other, pieces, at)
        node.otherwise = [other]
    elif end == ["else"]:
        node.otherwise, at, end = _parse(pieces, at)
    elif end != ["end"]:
        raise ValueError(f"a {node.kind} without its end")
    return at


Scopes = list[dict[str, Any]]


def _run(nodes: Sequence[Node], dot: Any, scopes: Scopes) -> Iterator[str]:
    scopes = [*scopes, {}]
    for node in nodes:
        if node.kind == "text":
            yield node.text
        elif node.kind == "if":
            yield from _run(node.inside if _value(node.words, dot, scopes) else node.otherwise, dot, scopes)
        elif node.kind == "range":
            yield from _range(node, dot, scopes)
        elif node.words[1:2] in ([":="], ["="]):
            _assign(node.words, dot, scopes)
        else:
            yield str(_value(node.words, dot, scopes))


def _range(node: Node, dot: Any, scopes: Scopes) -> Iterator[str]:
    names: list[str] = []
    words = node.words
    if ":=" in words:
        names = [word for word in words[: words.index(":=")] if word != ","]
        words = words[words.index(":=") + 1 :]
    for place, item in enumerate(_value(words, dot, scopes)):
        named = dict(zip(names, (place, item) if len(names) == 2 else (item,), strict=False))
        yield from _run(node.inside, item, [*scopes, named])


def _assign(words: Sequence[str], dot: Any, scopes: Scopes) -> None:
    name, value = words[0], _value(words[2:], dot, scopes)
    if words[1] == ":=":
        scopes[-1][name] = value
        return
    _scope_of(name, scopes)[name] = value


def _scope_of(name: str, scopes: Scopes) -> dict[str, Any]:
    for scope in reversed(scopes):
        if name in scope:
            return scope
    raise ValueError(f"{name} is not declared")


def _value(words: Sequence[str], dot: Any, scopes: Scopes) -> Any:
    """Return the value of an expression: one operand, or a function with its operands."""
    operands, at = [], 0
    call = words[0] in _FUNCTIONS if words else False
    at = 1 if call else 0
    while at < len(words):
        value, at = _operand(words, at, dot, scopes)
        operands.append(value)
    if call:
        return _FUNCTIONS[words[0]](*operands)
    if len(operands) != 1:
        raise ValueError(f"not known here: {' '.join(words)}")
    return operands[0]


def _operand(words: Sequence[str], at: int, dot: Any, scopes: Scopes) -> tuple[Any, int]:
    word = words[at]
    if word == "(":
        end = _closing(words, at)
        return _value(words[at + 1 : end], dot, scopes), end + 1
    if word.startswith('"'):
        return re.sub(r"\\(.)", lambda found: _ESCAPES[found[1]], word[1:-1], flags=re.DOTALL), at + 1
    if word.lstrip("-").isdigit():
        return int(word), at + 1
    if word.startswith("$"):
        name, _dot, rest = word.partition(".")
        return _field(_scope_of(name, scopes)[name], rest), at + 1
    if word.startswith("."):
        return _field(dot, word[1:]), at + 1
    raise ValueError(f"not known here: {word}")


def _field(value: Any, names: str) -> Any:
    for name in filter(None, names.split(".")):
        value = value[name]
    return value


def _closing(words: Sequence[str], at: int) -> int:
    depth = 0
    for place in range(at, len(words)):
        depth += {"(": 1, ")": -1}.get(words[place], 0)
        if not depth:
            return place
    raise ValueError("a bracket is not closed")


def _and(*values: Any) -> Any:
    return next((value for value in values if not value), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if value), values[-1])


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": _and,
    "or": _or,
    "not": lambda value: not value,
    "eq": lambda first, *others: any(first == other for other in others),
    "ne": lambda first, other: first != other,
    "len": len,
    "slice": lambda value, start=0, end=None: value[start:end],
}
