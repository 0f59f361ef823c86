"""One question put to several measured variants through the model service, one after another: no run, no model here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from kit.engines.spec import Variant
from kit.service.found import find
from kit.widgets.asking.names import elsewhere, served_name
from kit.widgets.asking.question import Question, chat
from kit.widgets.asking.told import Told, speed_words, state_words
from kit.widgets.comparing.asking import Answer

_KEPT = ("variant", "text", "state", "ttft_s", "tokens_per_s", "note")
_LIST_S = 3.0


class Round:
    """The answers of some variants to one question.

    Parameters
    ----------
    names : sequence of str
        What the panel calls all that were asked, in order.
    prompt : str
        The question.
    """

    def __init__(self, names: Sequence[str], prompt: str) -> None:
        self.names, self.prompt = tuple(names), prompt
        self.at = 0.0  # Unix time
        self.run = ""  # the id of the run that asks the others, where there is one
        self._questions: dict[str, Question] = {}
        self._over: dict[str, Answer] = {}

    def ask(self, served: Mapping[str, str], settings: Mapping[str, Any], run: str = "") -> None:
        """Ask; `served` is what the service calls each variant that it holds, by the name that the panel has for it."""
        before: Question | None = None
        for name, model in served.items():
            body = chat(model, [{"role": "user", "content": self.prompt}], settings)
            self._questions[name] = before = Question(body, after=before).start()
        self.run, self.at = run, time.time()

    @property
    def busy(self) -> bool:
        """Is an answer on its way?"""
        return any(not each.told.over for each in self._questions.values())

    def stop(self) -> None:
        """Ask no further."""
        for each in self._questions.values():
            each.cancel()

    def answers(self) -> dict[str, Answer]:
        """Return what each variant that the service was asked for has said so far."""
        found, before = dict(self._over), ""
        for name, question in self._questions.items():
            found[name] = _answer(name, question.told, before)
            before = name
        return found

    def kept(self) -> dict[str, Any]:
        """Return what is to be kept of it."""
        answers = [{name: getattr(each, name) for name in _KEPT} for each in self.answers().values()]
        return {"names": list(self.names), "prompt": self.prompt, "at": self.at, "run": self.run, "answers": answers}


def recalled(kept: Any) -> Round | None:
    """Return the round that was kept, or None where none is that can be read."""
    try:
        found = Round([str(name) for name in kept["names"]], str(kept["prompt"]))
        found.at, found.run = float(kept["at"]), str(kept["run"])
        answers = [Answer(**{name: each[name] for name in _KEPT}) for each in kept["answers"]]
    except (KeyError, TypeError, ValueError):
        return None
    found._over = {each.variant: each for each in answers if each.state in ("done", "cut short", "failed")}
    return found if found._over else None


def served_names(variants: Mapping[str, Variant]) -> dict[str, str]:
    """Return what the service calls each variant that it holds as it was measured.

    A service that stands in for this machine's own holds those that it lists by model and method.
    """
    ours = {name: served for name, variant in variants.items() if (served := served_name(variant)) is not None}
    found = find() if ours and elsewhere() else None
    if found is None or found.ours:
        return ours
    try:
        answer: Any = httpx.get(f"{found.url}/models", headers=found.headers, timeout=_LIST_S).json()
        listed = {str(each["id"]) for each in answer["data"]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return {}
    return {name: served for name, served in ours.items() if served in listed}


def _answer(name: str, told: Told, before: str) -> Answer:
    if told.state == "new" and before:
        return Answer(name, "", "waiting", before)
    if told.state in ("writing", "cut short"):
        return Answer(name, told.text, told.state)
    if told.state == "done":
        return Answer(name, told.text, "done", "", told.ttft_s, told.tokens_per_s, speed_words(told))
    if told.state == "failed":
        problem = told.problem
        return Answer(name, told.text, "failed", note=f"{problem.message} {problem.fix}".strip() if problem else "")
    return Answer(name, told.text, "asked", note=state_words(told))
