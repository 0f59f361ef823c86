"""Chat messages that travel through lm-eval as if they were text.

lm-eval asks a model to turn messages into text, and hands that text back as the context of a request. An engine has its
own template and takes messages, so what it hands out here is text that remembers them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from kit.engines import Message, Prompt
from kit.errors import UnsupportedError
from kit.i18n import _


class Conversation(str):
    """The messages written as JSON, with the messages themselves.

    >>> prompt_of(Conversation.of([{"role": "user", "content": "Sales rose."}]))
    [{'role': 'user', 'content': 'Sales rose.'}]
    """

    messages: list[Message]

    @classmethod
    def of(cls, messages: Sequence[Message], *, answered: bool = False) -> Conversation:
        """Return `messages` as text that remembers them.

        Raises
        ------
        UnsupportedError
            The last of them begins the answer (`answered`), which engines do not take.
        """
        if answered:
            raise UnsupportedError(
                _("This task begins the answer for the model (gen_prefix), which cannot be done in a chat here."),
                fix=_("Measure it without the chat template: task_chat=False."),
            )
        plain = [{"role": message["role"], "content": message["content"]} for message in messages]
        talk = cls(json.dumps(plain, ensure_ascii=False))
        talk.messages = plain
        return talk


def prompt_of(context: str) -> Prompt:
    """Return what an engine is asked for a context that lm-eval hands over: messages, or plain text as it is."""
    return context.messages if isinstance(context, Conversation) else context
