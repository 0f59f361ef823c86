"""A model's tokenizer and chat template from its folder, without Transformers, which takes seconds to load.

Only what `kit.engines.hf.prompt` asks of a tokenizer; a test compares the tokens with those of Transformers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.errors import ModelNotFoundError
from kit.i18n import _


class Tokens:
    """What reads texts and messages as the model in `folder` does."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        if not (folder / "tokenizer.json").is_file():
            raise ModelNotFoundError(
                _("The model has no tokenizer.json beside its weights."),
                fix=_("Run the notebook once: it makes the model ready."),
            )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._config = _json(folder / "tokenizer_config.json")
        self.bos_token, self.eos_token = (_token(self._config.get(name)) for name in ("bos_token", "eos_token"))
        self.chat_template = _template(folder, self._config)

    def __call__(self, text: Any, *, add_special_tokens: bool = True) -> dict[str, Any]:
        """Return ``{"input_ids": …}`` of a text, or of each of several."""
        if isinstance(text, str):
            return {"input_ids": self._tokenizer.encode(text, add_special_tokens=add_special_tokens).ids}
        return {"input_ids": [self(each, add_special_tokens=add_special_tokens)["input_ids"] for each in text]}

    def apply_chat_template(self, said: Sequence[dict[str, str]], **how: Any) -> str:
        """Return messages as the chat template writes them (as text)."""
        from jinja2.ext import loopcontrols
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.filters["tojson"] = lambda value, **_how: json.dumps(value, ensure_ascii=False)
        environment.globals["raise_exception"] = _refuse
        names = {name: value for name, value in self._config.items() if name.endswith("_token")}
        special = {name: _token(value) or "" for name, value in names.items()}
        told = {"messages": list(said), "add_generation_prompt": bool(how.get("add_generation_prompt")), **special}
        return environment.from_string(self.chat_template or "").render(**told)

    def get_vocab(self) -> dict[str, int]:
        """Return the number of each token."""
        return dict(self._tokenizer.get_vocab())

    def convert_tokens_to_ids(self, token: str) -> int | None:
        """Return the number of a token, None where there is none."""
        found: int | None = self._tokenizer.token_to_id(token)
        return found

    @property
    def eos_token_id(self) -> int | None:
        """The token that ends a text."""
        return self.convert_tokens_to_ids(self.eos_token) if self.eos_token else None


def _refuse(message: str) -> None:
    from jinja2 import TemplateError

    raise TemplateError(message)


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _token(value: Any) -> str | None:
    return value.get("content") if isinstance(value, dict) else value


def _template(folder: Path, config: dict[str, Any]) -> str | None:
    path = folder / "chat_template.jinja"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    found = config.get("chat_template")
    if isinstance(found, list):  # several by name
        return next((each["template"] for each in found if each.get("name") == "default"), None)
    return found if isinstance(found, str) else None
