"""Any of our engines as a language model of lm-eval."""

from __future__ import annotations

from typing import Any

from lm_eval.api.model import LM

from kit.measure.harness.asking import Asking
from kit.measure.harness.conversation import Conversation


class EngineLM(LM):  # type: ignore[misc]
    """What lm-eval asks, put to an engine.

    Prompt and continuation are made into tokens by the engine, which does it as lm-eval's own models do (see
    `Engine.score`).

    Parameters
    ----------
    asking : Asking
        Answers requests and keeps what it has answered.
    """

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._asking = asking

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        """Return the log-probability of each continuation after its context, and whether it is the likeliest."""
        scores = self._asking.likelihoods([request.args for request in requests])
        return [(score.logprob, score.greedy) for score in scores]

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        """Return the log-probability of each text."""
        return self._asking.rolling([request.args[0] for request in requests])

    def generate_until(self, requests: list[Any]) -> list[str]:
        """Return what is written after each context."""
        return self._asking.answers([request.args for request in requests])

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """Return messages as a context; the engine applies its own template when it is asked."""
        return Conversation.of(chat_history, answered=not add_generation_prompt)

    @property
    def tokenizer_name(self) -> str:
        """Name of the template, by which lm-eval would tell cached requests apart; they are not cached."""
        return "engine"
