"""The Python that asks what a panel asks: the package ``openai``, in front of the same service."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kit.i18n import _


def asking_code(models: Sequence[str], said: Sequence[Mapping[str, str]], settings: Mapping[str, Any]) -> str:
    """Return Python that asks `models`, as the service calls them, one after another.

    Parameters
    ----------
    said : sequence of mapping
        The messages: role and content.
    settings : mapping
        ``max_new_tokens`` and ``temperature``.
    """
    lines = [
        "from openai import OpenAI  # " + _("any client of OpenAI's protocol will do: pip install openai"),
        "",
        "from kit.service import ensure",
        "",
        "service = ensure()  # " + _("found, or started where there is none"),
        'client = OpenAI(base_url=service.url, api_key=service.token or "none")',
        "messages = [",
        *(f"    {_message(each)}," for each in said),
        "]",
    ]
    asked = [
        "coming = client.chat.completions.create(",
        f"    model={_text(models[0])}," if len(models) == 1 else "    model=model,",
        "    messages=messages,",
        f"    max_tokens={settings['max_new_tokens']},",
        f"    temperature={settings['temperature']:g},",
        "    stream=True,",
        ")",
        "for piece in coming:",
        '    print(piece.choices[0].delta.content or "", end="", flush=True)',
    ]
    if len(models) == 1:
        return "\n".join([*lines, *asked])
    names = ", ".join(map(_text, models))
    return "\n".join([*lines, f"for model in [{names}]:", *(f"    {line}" for line in [*asked, "print()"])])


def _message(each: Mapping[str, str]) -> str:
    return f'{{"role": {_text(each["role"])}, "content": {_text(each["content"])}}}'


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # with double quotes, as code is formatted
