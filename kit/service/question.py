"""What may be asked: a request's body, read with bounds on everything that a model's process would act upon.

Whoever asks is not trusted with the process that answers everybody: what it is not known to take in any amount is
refused by name, as OpenAI does it. Grammars and schemas are refused too, since a small one can grow without bounds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.i18n import _

CHAT, TEXT = "/v1/chat/completions", "/v1/completions"

_LONGEST_NAME = 256
_CHARACTERS_OF_A_TOKEN = 64  # no vocabulary has many longer ones, so what is longer cannot fit
_DEEPEST = 32
_MESSAGES = 1024
_BIASES = 512
_STOPS, _STOP = 16, 256
_ROLES = ("system", "developer", "user", "assistant", "tool")
_SEEDS = 2**32 - 2  # the number after it stands for chance in llama.cpp

Check = Callable[[Any], bool]


class Improper(Exception):
    """A body that is not passed on; `parameter` is what is wrong with it, or "" for the whole of it."""

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.message, self.parameter = message, parameter


@dataclass
class Asked:
    """A question: where it goes, what it says, and who asks."""

    path: str
    body: dict[str, Any]
    visitor: str
    fresh: bool = False  # must not come from the cache
    kept: bool = False  # did its answer come from there?

    @property
    def streams(self) -> bool:
        """Does the visitor want it word by word?"""
        return bool(self.body.get("stream"))


def read_body(content: bytes, path: str, *, context: int) -> dict[str, Any]:
    """Return the body of a question, its empty parameters left out.

    Parameters
    ----------
    content : bytes
        As it came.
    path : str
        `CHAT` or `TEXT`.
    context : int, tokens
        What a question and its answer have room in.

    Raises
    ------
    Improper
        It is no JSON object, or holds something that is not passed on.
    """
    body = _object(content)
    body = {name: value for name, value in body.items() if value is not None}
    if "model" not in body:
        raise Improper(_("The parameter {name} is missing.").format(name="model"), "model")
    for name, value in body.items():
        _check(name, value)
    question = "messages" if path == CHAT else "prompt"
    other = "prompt" if path == CHAT else "messages"
    if question not in body:
        raise Improper(_("The parameter {name} is missing.").format(name=question), question)
    if other in body:
        raise Improper(_("Unrecognized request argument: {name}").format(name=other), other)
    if path == TEXT and isinstance(body.get("logprobs"), bool):
        body["logprobs"] = int(body["logprobs"])
    if _length(body[question]) > context * _CHARACTERS_OF_A_TOKEN:
        words = _("The question is longer than the {n} tokens that question and answer have room in.")
        raise Improper(words.format(n=context), question)
    return body


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
        text = json.dumps(body, allow_nan=False, ensure_ascii=False)
        text.encode()  # half a character is no text
    except (ValueError, RecursionError, MemoryError) as exc:
        raise Improper(_("The body is not JSON as RFC 8259 has it.")) from exc
    if not isinstance(body, dict):
        raise Improper(_("The body must be a JSON object."))
    if depth_of(body) > _DEEPEST:
        raise Improper(_("The body is nested too deeply."))
    return body


def _check(name: str, value: Any) -> None:
    if name in _TAKEN:
        check, allowed = _TAKEN[name]
        if not check(value):
            words = _("{name} must be {allowed}.").format(name=name, allowed=allowed)
            raise Improper(words, name)
    else:
        shown = name if name.isprintable() and len(name) <= _LONGEST_NAME else "…"
        raise Improper(_("Unrecognized request argument: {name}").format(name=shown), shown)


def _whole(low: int, high: int) -> tuple[Check, str]:
    def check(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return check, f"{low} … {high}"


def _number(low: float, high: float) -> tuple[Check, str]:
    def check(value: Any) -> bool:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return fits and math.isfinite(value) and low <= value <= high

    return check, f"{low:g} … {high:g}"


def _logprobs(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, int) and 0 <= value <= 20)


def _name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable()


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _any(_value: Any) -> bool:
    return True


def _stops(value: Any) -> bool:
    each = [value] if isinstance(value, str) else value
    return (
        isinstance(each, list)
        and len(each) <= _STOPS
        and all(isinstance(text, str) and 0 < len(text) <= _STOP for text in each)
    )


def _biases(value: Any) -> bool:
    number, _allowed = _number(-100, 100)
    return (
        isinstance(value, dict)
        and len(value) <= _BIASES
        and all(key.isascii() and key.isdigit() and len(key) < 9 and number(bias) for key, bias in value.items())
    )


def _prompt(value: Any) -> bool:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return True
    number, _allowed = _whole(0, 2**31 - 1)
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(map(number, value)))


def _messages(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= _MESSAGES and all(map(_message, value))


def _message(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) - {"role", "content", "name"} or value.get("role") not in _ROLES:
        return False
    content = value.get("content")
    named = isinstance(value.get("name", ""), str)
    return named and (isinstance(content, str) or (isinstance(content, list) and all(map(_part, content))))


def _part(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"type", "text"}
        and value["type"] == "text"
        and isinstance(value["text"], str)
    )


def _format(value: Any) -> bool:
    return value in ({"type": "text"}, {"type": "json_object"})


def _stream_options(value: Any) -> bool:
    known = {"include_usage", "include_obfuscation"}
    return isinstance(value, dict) and set(value) <= known and all(map(_is_flag, value.values()))


def _template(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= 8 and all(_is_flag(each) for each in value.values())


_FLAG = (_is_flag, "true / false")
_ANY = (_any, "")  # of who asks; it is not acted upon
_TEXT = (lambda value: isinstance(value, str), "text")

_TAKEN: Mapping[str, tuple[Check, str]] = {
    "model": (_name, "text"),
    "messages": (_messages, "[{role, content: text}, …]"),
    "prompt": (_prompt, "text / [token, …]"),
    "max_tokens": _whole(1, 2**20),
    "max_completion_tokens": _whole(1, 2**20),
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "min_p": _number(0, 1),
    "top_k": _whole(-1, 2**20),
    "repeat_penalty": _number(0.1, 10),
    "repetition_penalty": _number(0.1, 10),
    "frequency_penalty": _number(-2, 2),
    "presence_penalty": _number(-2, 2),
    "seed": _whole(0, _SEEDS),
    "logit_bias": (_biases, "{token: -100 … 100}"),
    "stop": (_stops, "text / [text, …] (≤ 16)"),
    "n": _whole(1, 1),
    "best_of": _whole(1, 1),
    "logprobs": (_logprobs, "true / false / 0 … 20"),
    "top_logprobs": _whole(0, 20),
    "echo": _FLAG,
    "ignore_eos": _FLAG,
    "stream": _FLAG,
    "stream_options": (_stream_options, "{include_usage: true / false}"),
    "response_format": (_format, '{"type": "text" / "json_object"}'),
    "chat_template_kwargs": (_template, "{name: true / false}"),
    "user": _TEXT,
    "safety_identifier": _TEXT,
    "prompt_cache_key": _TEXT,
    "metadata": _ANY,
    "store": _FLAG,
}


def _length(question: Any) -> int:
    """Return how many characters a question has; a token counts as many as it has at most."""
    if isinstance(question, str):
        return len(question)
    if not isinstance(question, list):
        return 0
    if question and isinstance(question[0], int):
        return len(question) * _CHARACTERS_OF_A_TOKEN
    return sum(
        _length(each.get("content", each.get("text"))) if isinstance(each, dict) else len(each) for each in question
    )


def depth_of(value: Any) -> int:
    """Return how deeply lists and objects are nested; counting ends where it is too deep anyway."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        inside = (
            v
            for each in level
            if isinstance(each, dict | list)
            for v in (each.values() if isinstance(each, dict) else each)
        )
        level = [each for each in inside if isinstance(each, dict | list)]
    return depth
