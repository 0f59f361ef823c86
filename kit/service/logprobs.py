"""Log-probabilities of completions in the shape that OpenAI's protocol has for them.

llama.cpp tells those of completions as it tells those of chats: ``{"content": [{token, logprob, top_logprobs}, …]}``.
The protocol has ``{"tokens", "token_logprobs", "top_logprobs", "text_offset"}``, and so have vLLM and all clients.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

_BETWEEN = b"\n\n"
_DATA = b"data: "


async def as_completions(coming: AsyncGenerator[tuple[int, bytes]], streams: bool) -> AsyncGenerator[tuple[int, bytes]]:
    """Yield an answer with its log-probabilities in the shape of completions, event by event or as a whole."""
    rest, status, begun, offset = b"", 200, False, 0
    async with contextlib.aclosing(coming):  # who ends us ends it
        async for status, piece in coming:
            rest += piece
            while streams and status == 200 and _BETWEEN in rest:
                event, _between, rest = rest.partition(_BETWEEN)
                told, offset = _event(event, offset)
                begun = True
                yield status, told + _BETWEEN
    if rest or not begun:
        yield status, _told(rest, 0)[0] if status == 200 and not streams else rest


def _event(event: bytes, offset: int) -> tuple[bytes, int]:
    if not event.startswith(_DATA):
        return event, offset
    told, offset = _told(event.removeprefix(_DATA), offset)
    return _DATA + told, offset


def _told(text: bytes, offset: int) -> tuple[bytes, int]:
    """Return `text` with its log-probabilities changed, and where the text after it begins; what is no JSON stays."""
    try:
        answer = json.loads(text)
        choices = [choice for choice in answer["choices"] if "content" in (choice.get("logprobs") or {})]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text, offset
    if not choices:
        return text, offset
    for choice in choices:
        choice["logprobs"], offset = shaped(choice["logprobs"]["content"] or [], offset)
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), offset


def shaped(content: list[dict[str, Any]], offset: int) -> tuple[dict[str, Any], int]:
    """Return the log-probabilities of tokens in the shape of completions, and where the text after them begins.

    Parameters
    ----------
    content : list of dict
        As chats have them, a token each.
    offset : int, characters
        Where the first token stands in the answer.
    """
    tokens = [each["token"] for each in content]
    offsets = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token)
    # Halves of characters look alike; the likeliest of them stays.
    best = [{top["token"]: top["logprob"] for top in reversed(each.get("top_logprobs") or [])} for each in content]
    values = [each["logprob"] for each in content]
    return {"tokens": tokens, "token_logprobs": values, "top_logprobs": best, "text_offset": offsets}, offset
