"""Log-probabilities of completions have the shape that clients read, whole and piece by piece."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.service.logprobs import as_completions, shaped


def _token(text: str, value: float) -> dict[str, Any]:
    return {"token": text, "logprob": value, "top_logprobs": [{"token": text, "logprob": value}]}


def _answer(*texts: str) -> dict[str, Any]:
    content = [_token(text, -place / 2) for place, text in enumerate(texts)]
    return {"choices": [{"index": 0, "text": "".join(texts), "logprobs": {"content": content}}]}


def _passed(pieces: list[bytes], streams: bool, status: int = 200) -> bytes:
    async def coming() -> AsyncGenerator[tuple[int, bytes]]:
        for piece in pieces:
            yield status, piece

    async def gathered() -> bytes:
        return b"".join([piece async for _status, piece in as_completions(coming(), streams)])

    return asyncio.run(gathered())


def test_the_shape_of_completions() -> None:
    found, end = shaped([_token(" Paris", -0.25), _token("é", -1.5)], 3)
    assert found == {
        "tokens": [" Paris", "é"],
        "token_logprobs": [-0.25, -1.5],
        "top_logprobs": [{" Paris": -0.25}, {"é": -1.5}],
        "text_offset": [3, 9],
    }
    assert end == 10


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=5), st.integers(1, 30))
def test_pieces_say_what_the_whole_says(texts: list[str], size: int) -> None:
    whole = json.loads(_passed([json.dumps(_answer(*texts)).encode()], False))["choices"][0]["logprobs"]
    events = b"".join(b"data: " + json.dumps(_answer(text)).encode() + b"\n\n" for text in texts) + b"data: [DONE]\n\n"
    cut = [events[place : place + size] for place in range(0, len(events), size)]
    passed = _passed(cut, True)
    assert passed.endswith(b"data: [DONE]\n\n")
    told = [json.loads(line[6:])["choices"][0]["logprobs"] for line in passed.decode().split("\n\n")[:-2]]
    assert [token for each in told for token in each["tokens"]] == whole["tokens"]
    assert [place for each in told for place in each["text_offset"]] == whole["text_offset"]


def test_all_else_passes_as_it_is() -> None:
    for text in (
        b"",
        b"no JSON",
        b'{"choices": 5}',
        b'{"choices": [{"text": "x", "logprobs": null}]}',
        b'{"error": {}}',
    ):
        assert _passed([text], False) == text
        assert _passed([text[:3], text[3:]], True) == text
    assert _passed([json.dumps(_answer("x")).encode()], False, 400) == json.dumps(_answer("x")).encode()
