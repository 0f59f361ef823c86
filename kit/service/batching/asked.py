"""From the body of a request to a text that is to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.engines.hf.prompt import encode, end_of_answer, plain_ids, start_of_text
from kit.errors import KitError, MissingPackageError
from kit.i18n import _
from kit.service.batching.batch import Text
from kit.service.batching.choosing import Chooser, Choosing
from kit.service.batching.grammar import json_grammar


class Unfit(Exception):
    """A question that cannot be answered; `parameter` is what is wrong with it."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.message, self.parameter = message, parameter


def text_of(body: Mapping[str, Any], tokenizer: Any, *, context: int, vocabulary: int, ends: frozenset[int]) -> Text:
    """Return the text that a request asks for.

    Parameters
    ----------
    body : mapping
        Of a chat, or of a completion.
    context : int, tokens
        What question and answer have room in.
    vocabulary : int
        Tokens that there are.
    ends : frozenset of int
        Tokens that end an answer.

    Raises
    ------
    Unfit
        It is too long, or not what this model reads.
    """
    tokens, name = _tokens(body, tokenizer)
    if any(token >= vocabulary for token in tokens):
        raise Unfit(_("{name} must be {allowed}.").format(name=name, allowed=f"0 … {vocabulary - 1}"), name)
    room = context - len(tokens)
    if room < 1:
        words = _("The question is longer than the {n} tokens that question and answer have room in.")
        raise Unfit(words.format(n=context), name)
    most = body.get("max_completion_tokens", body.get("max_tokens", room))
    grammar = None
    if body.get("response_format", {}).get("type") == "json_object":
        try:
            grammar = json_grammar(tokenizer, vocabulary)
        except ImportError as exc:
            needed = MissingPackageError("llguidance", needed_for=_("An answer in JSON"), extra="engines")
            raise Unfit(str(needed), "response_format") from exc
    # After an object there is nothing but the end, whoever wants none.
    never = tuple(ends) if body.get("ignore_eos") and grammar is None else ()
    chooser = Chooser(Choosing.of(body), tokens, never=never, grammar=grammar)
    best, echo = _best(body), bool(body.get("echo"))
    return Text(tokens, min(most, room), chooser, best=best, echo=echo, ends=ends)


def ends_of(tokenizer: Any, config: Mapping[str, Any]) -> frozenset[int]:
    """Return the tokens that end an answer, by the tokenizer and by generation_config.json."""
    said = config.get("eos_token_id") or []
    said = said if isinstance(said, list) else [said]
    return frozenset([tokenizer.eos_token_id, end_of_answer(tokenizer), *said])


def _tokens(body: Mapping[str, Any], tokenizer: Any) -> tuple[list[int], str]:
    if "messages" not in body:
        prompt = body["prompt"]
        if isinstance(prompt, list) and isinstance(prompt[0], str):
            (prompt,) = prompt
        tokens = list(prompt) if isinstance(prompt, list) else plain_ids(tokenizer, [prompt])[0]
        return tokens or [start_of_text(tokenizer)], "prompt"
    messages = [_plain(message) for message in body["messages"]]
    try:
        tokens = encode(tokenizer, messages, options=body.get("chat_template_kwargs"))
        return tokens or [start_of_text(tokenizer)], "messages"
    except KitError as exc:
        raise Unfit(str(exc), "messages") from exc


def _plain(message: Mapping[str, Any]) -> dict[str, str]:
    """Return a message whose parts are one text, in the roles that templates know."""
    role, content = message["role"], message["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    return {**message, "role": "system" if role == "developer" else role, "content": text}


def _best(body: Mapping[str, Any]) -> int | None:
    """Return how many of the likeliest tokens are told; None where no log-probabilities are."""
    said = body.get("logprobs")
    if said is None or said is False:
        return None
    return int(body.get("top_logprobs", 0)) if "messages" in body else int(said)
