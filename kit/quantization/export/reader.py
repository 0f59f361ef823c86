"""How something reads text: the tokenizer and chat template of an original, or of what was exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from kit.engines.hf.prompt import end_of_answer
from kit.models.folder import read_json

Conversation = list[dict[str, str]]


class Reader(Protocol):
    """Turns conversations into text, and text into tokens."""

    def render(self, conversation: Conversation) -> str | None:
        """Return the text of a conversation that goes on to an answer; None where the template refuses it."""
        ...

    def tokens(self, text: str, *, start: bool = False) -> list[int]:
        """Return the token ids of `text`, special tokens in it read as such.

        `start` puts before it (and after it) what is put there when nobody says otherwise.
        """
        ...

    def written(self, token: int) -> str:
        """Return how the token `token` is written in the vocabulary."""
        ...

    def marks(self) -> dict[str, Any]:
        """Return the special tokens that guide an answer, by what they are for."""
        ...


class TokenizerReader:
    """A `Reader` around a tokenizer of Transformers, and the settings beside it in `folder`."""

    def __init__(self, tokenizer: Any, folder: Path) -> None:
        self.tokenizer, self._folder = tokenizer, folder

    def render(self, conversation: Conversation) -> str | None:
        if not getattr(self.tokenizer, "chat_template", None):
            return None
        return rendered(self.tokenizer, conversation)

    def tokens(self, text: str, *, start: bool = False) -> list[int]:
        return [int(token) for token in self.tokenizer(text, add_special_tokens=start)["input_ids"]]

    def written(self, token: int) -> str:
        return str(self.tokenizer.convert_ids_to_tokens(token))

    def marks(self) -> dict[str, Any]:
        tokenizer = self.tokenizer
        return {
            "beginning of text": tokenizer.bos_token_id,
            "end of text": tokenizer.eos_token_id,
            "end of turn": end_of_answer(tokenizer),
            "unknown": tokenizer.unk_token_id,
            "ends of an answer": ends_of(self._folder),
            "special tokens": specials_of(tokenizer),
        }


def rendered(tokenizer: Any, conversation: Conversation, **values: Any) -> str | None:
    """Return the text of a conversation; None where the template refuses it (a system message, say)."""
    from jinja2 import TemplateError

    try:
        return str(tokenizer.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True, **values))
    except (
        TemplateError,
        ValueError,
        TypeError,
    ):  # templates refuse by raise_exception, or stumble over what is not there
        return None


def ends_of(folder: Path) -> list[int]:
    """Return the tokens that end an answer, as generation_config.json or config.json say."""
    for name in ("generation_config.json", "config.json"):
        found = (read_json(folder / name) or {}).get("eos_token_id")
        if found is not None:
            return sorted(found) if isinstance(found, list) else [int(found)]
    return []


def specials_of(tokenizer: Any) -> dict[str, int]:
    """Return every special token by how it is written."""
    added: Mapping[int, Any] = tokenizer.added_tokens_decoder
    return {str(token): number for number, token in sorted(added.items()) if token.special}
