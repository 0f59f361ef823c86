"""How likely each answer is to the model that the service holds: token by token, each after those before it.

Servers of small machines do not tell how likely a given text is, only how likely a token was that they wrote. So each
token of an answer is made the one that is written (``logit_bias``), and its log-probability, which is told as it was
before that, is added up: the same sum that an evaluation makes. What answers begin with alike is asked once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from kit.engines.openai.address import place
from kit.errors import ServerError
from kit.i18n import _
from kit.service.found import Found
from kit.widgets.asking.names import name_there
from kit.widgets.asking.question import TEXT, Question
from kit.widgets.asking.reach import watch
from kit.widgets.asking.request import asked, client

_BIAS = 100  # the most that the protocol has
_NEVER = -1e4


class Scoring(Question):
    """A question whose answers are known: how likely is each?

    Parameters
    ----------
    model : str
        As the service calls it.
    prompt : sequence of int
        The tokens of the question.
    answers : sequence of sequence of int
        Those of each answer.
    """

    def __init__(self, model: str, prompt: Sequence[int], answers: Sequence[Sequence[int]]) -> None:
        super().__init__({"model": model}, path=TEXT, streams=False)
        self._prompt = list(prompt)
        self._answers = [tuple(answer) for answer in answers]
        steps = {answer[: place + 1] for answer in self._answers for place in range(len(answer))}
        self._steps = sorted(steps, key=lambda step: (len(step), step))
        self._found: dict[tuple[int, ...], float] = {}  # kept where the service stops in between

    @property
    def done(self) -> tuple[int, int]:
        """How many tokens are known, of how many."""
        return len(self._found), len(self._steps)

    @property
    def logprobs(self) -> tuple[float, ...]:
        """Of each answer, once it is over."""
        return tuple(sum(self._found[answer[: place + 1]] for place in range(len(answer))) for answer in self._answers)

    async def _once(self, found: Found) -> None:
        async with client(found) as http:
            name = await name_there(http, found, str(self.body["model"]))
            again = self._told.state in ("restarting", "reaching")
            told = {} if again else {"state": "asking"}
            self._tell(**told, model=name, place="" if found.ours else place(found.url), tries=self._told.tries + 1)
            watching = asyncio.create_task(watch(http, found, name, self._watched))
            try:
                for step in self._steps:
                    if step not in self._found:
                        self._found[step] = await self._step(http, found, name, step)
                        self._tell(state="writing", before=None)
            finally:
                watching.cancel()
        self._tell(state="done", before=None)

    async def _step(self, http: httpx.AsyncClient, found: Found, name: str, step: tuple[int, ...]) -> float:
        """Return the log-probability of the last token of `step` after the question and those before it."""
        body = {
            "model": name,
            "prompt": [*self._prompt, *step[:-1]],
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": 1,
            "logit_bias": {str(step[-1]): _BIAS},
        }
        async with asked(http, found, self.path, body) as answer:
            await answer.aread()
        value = _logprob(answer)
        if value is None:
            url = str(answer.url)
            problem = _("{place} does not tell how likely its words are.").format(place=place(url))
            fix = _("Leave out TUNEBOOK_SERVICE_URL, so that this machine's own service answers.")
            raise ServerError(problem, fix=fix, url=url)
        return value

    def _watched(self, state: str, before: int | None) -> None:
        if self._told.state != "writing" or state == "waiting":
            super()._watched(state, before)


def _logprob(answer: httpx.Response) -> float | None:
    try:
        value: Any = answer.json()["choices"][0]["logprobs"]["token_logprobs"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return max(float(value), _NEVER) if isinstance(value, int | float) else None
