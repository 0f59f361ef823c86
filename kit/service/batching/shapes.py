"""Answers in the shapes of OpenAI's protocol: chats and completions, as a whole or event by event."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

from kit.service.batching.batch import Likely, Written

END = b"data: [DONE]\n\n"


class Shape:
    """Dresses one answer.

    Parameters
    ----------
    model : str
        As it is called here.
    chat : bool
        A chat, or a completion.
    tokenizer : transformers tokenizer
    logprobs : bool
        Are log-probabilities told?
    question : int
        Tokens that it has.
    as_ids : bool, default False
        Tell tokens of log-probabilities by their number, such as "token_id:42", as vLLM does where it is asked to: two
        tokens may have the same text.
    """

    def __init__(
        self, model: str, *, chat: bool, tokenizer: Any, logprobs: bool, question: int, as_ids: bool = False
    ) -> None:
        self._chat, self._tokenizer, self._logprobs, self._question = chat, tokenizer, logprobs, question
        self._as_ids = as_ids
        kind = "chatcmpl" if chat else "cmpl"
        self._about = {"id": f"{kind}-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}
        self._offset = 0
        self._begun = False

    def event(self, text: str, written: Sequence[Written], over: str = "") -> bytes:
        """Return what comes next in a stream."""
        said: dict[str, Any] = {"index": 0, "finish_reason": over or None}
        if self._chat:
            first = {} if self._begun else {"role": "assistant"}
            said["delta"] = {**first, "content": text} if text or first else {}
        else:
            said["text"] = text
        self._begun = True
        said |= self._likely(written)
        kind = "chat.completion.chunk" if self._chat else "text_completion"
        return _event({**self._about, "object": kind, "choices": [said]})

    def usage_event(self, tokens: int) -> bytes:
        """Return the event that tells how many tokens there were."""
        kind = "chat.completion.chunk" if self._chat else "text_completion"
        return _event({**self._about, "object": kind, "choices": [], "usage": self._usage(tokens)})

    def whole(self, text: str, written: Sequence[Written], over: str, tokens: int) -> bytes:
        """Return the answer in one piece."""
        said: dict[str, Any] = {"index": 0, "finish_reason": over}
        if self._chat:
            said["message"] = {"role": "assistant", "content": text}
        else:
            said["text"] = text
        said |= self._likely(written)
        kind = "chat.completion" if self._chat else "text_completion"
        return json.dumps({**self._about, "object": kind, "choices": [said], "usage": self._usage(tokens)}).encode()

    def _usage(self, tokens: int) -> dict[str, int]:
        asked = self._question
        return {"prompt_tokens": asked, "completion_tokens": tokens, "total_tokens": asked + tokens}

    def _likely(self, written: Sequence[Written]) -> dict[str, Any]:
        if not self._logprobs:
            return {}
        return {"logprobs": self._of_chat(written) if self._chat else self._of_text(written)}

    def _of_chat(self, written: Sequence[Written]) -> dict[str, Any]:
        def told(token: int, value: float) -> dict[str, Any]:
            text = self._text(token)
            return {"id": token, "token": text, "bytes": list(text.encode()), "logprob": value}

        content = []
        for each in written:
            likely = each.likely or Likely(0.0)
            top = [told(token, value) for token, value in likely.best]
            content.append({**told(each.token, likely.value), "top_logprobs": top})
        return {"content": content}

    def _of_text(self, written: Sequence[Written]) -> dict[str, Any]:
        offsets = []
        for each in written:
            offsets.append(self._offset)
            self._offset += len(self._text(each.token))
        tokens = [self._name(each.token) for each in written]
        likely = [each.likely for each in written]
        # Halves of characters look alike; the likeliest of them stays.
        best = [each and {self._name(token): value for token, value in reversed(each.best)} for each in likely]
        values = [each and each.value for each in likely]
        return {"tokens": tokens, "token_logprobs": values, "top_logprobs": best, "text_offset": offsets}

    def _name(self, token: int) -> str:
        return f"token_id:{token}" if self._as_ids else self._text(token)

    def _text(self, token: int) -> str:
        return str(self._tokenizer.decode([token]))


def _event(told: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(told, separators=(",", ":")).encode() + b"\n\n"
