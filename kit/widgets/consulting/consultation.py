"""One question from what was typed to what the model says: read without personal data, then asked of the service."""

from __future__ import annotations

import asyncio
import concurrent.futures
from dataclasses import dataclass, field
from typing import Any

from kit.i18n import _
from kit.verticals.medical.asked import AskedSpec
from kit.widgets.asking.loop import begin, elsewhere
from kit.widgets.asking.question import Question, chat
from kit.widgets.asking.told import Told, state_words
from kit.widgets.consulting.known import Known
from kit.widgets.consulting.opinion import Opinion, probabilities
from kit.widgets.consulting.reading import Reading
from kit.widgets.consulting.scoring import Scoring
from kit.widgets.desk import Problem

_WRITTEN = {"max_new_tokens": 200, "temperature": 0.0}


@dataclass(frozen=True)
class Stand:
    """How a consultation stands.

    Parameters
    ----------
    words : str
        What is going on, "" when it is over.
    share : float or None
        How far it is, where that is known.
    over : bool
        Does nothing more come?
    stale : bool
        Did the service stop in between?
    opinion : Opinion, optional
        What the model says, where it chooses among answers.
    text : str
        What it has written, where it writes.
    sent : str
        What was typed, without personal data.
    found : dict of str to int
        What was taken out, by kind.
    problem : Problem, optional
        Why there is no answer.
    """

    words: str = ""
    share: float | None = None
    over: bool = False
    stale: bool = False
    opinion: Opinion | None = None
    text: str = ""
    sent: str = ""
    found: dict[str, int] = field(default_factory=dict)
    problem: Problem | None = None
    cut_short: bool = False


class Consultation:
    """A case that is put to the model; nothing here blocks but `wait`, and nothing raises.

    Parameters
    ----------
    known : Known
        Who is asked.
    text : str
        As it was typed.
    choices : tuple of str
        Typed, too, where each question brings its own.
    """

    def __init__(self, known: Known, text: str, choices: tuple[str, ...] = ()) -> None:
        self.known, self.text, self.choices = known, text, choices
        answers = known.labels or choices
        self._reading = Reading(
            AskedSpec(
                model=known.served,
                text=known.ordinary.text(text),
                answers=answers,
                shared=bool(known.labels),
                instruction=known.instruction,
            )
        )
        self._read: dict[str, Any] = {}
        self._question: Question | None = None
        self._problem: Problem | None = None
        self._future: concurrent.futures.Future[None] | None = None
        self._cut_short = False

    def start(self) -> Consultation:
        """Begin."""
        self._future = begin(self._carry_out())
        return self

    async def _carry_out(self) -> None:
        try:
            self._read = await elsewhere(self._reading.read)
        except asyncio.CancelledError:
            raise
        except Exception as exc:  # whoever asked is told
            self._problem = Problem.of(exc)
            return
        if self._cut_short:
            return
        if self.known.task == "answer":
            self._question = Question(chat(self.known.served, self._read["messages"], _WRITTEN))
        else:
            self._question = Scoring(self.known.served, self._read["prompt"], self._read["tokens"])
        self._question.start()

    def cancel(self) -> None:
        """Ask no further."""
        self._cut_short = True
        self._reading.cancel()
        if self._question is not None:
            self._question.cancel()

    def wait(self, timeout_s: float | None = None) -> Stand:
        """Wait until it is over, or so long for each of its parts, and return how it stands."""
        if self._future is not None:
            concurrent.futures.wait([self._future], timeout_s)
        if self._question is not None:
            self._question.wait(timeout_s)
        return self.stand

    @property
    def stand(self) -> Stand:
        """How it stands."""
        told = None if self._question is None else self._question.told
        more: dict[str, Any] = {"sent": str(self._read.get("text", "")), "found": dict(self._read.get("found") or {})}
        if self._problem is not None:
            return Stand(over=True, problem=None if self._cut_short else self._problem, cut_short=self._cut_short)
        if told is None:
            if self._cut_short:
                return Stand(over=True, cut_short=True)
            return Stand(words=_("taking personal data out"), **more)
        if told.over:
            return self._ended(told, more)
        stale = told.state in ("restarting", "reaching")
        return Stand(words=self._words(told), share=self._share(told), stale=stale, text=told.text, **more)

    def _ended(self, told: Told, more: dict[str, Any]) -> Stand:
        if told.state == "failed":
            return Stand(over=True, problem=told.problem or Problem(_("There is no answer.")), **more)
        if told.state == "cut short":
            return Stand(over=True, cut_short=True, text=told.text, **more)
        if not isinstance(self._question, Scoring):
            return Stand(over=True, text=told.text, **more)
        opinion = Opinion(
            answers=tuple(self._read["answers"]),
            probabilities=probabilities(self._question.logprobs),
            threshold=self.known.threshold or 0.0,
            bins=self.known.bins,
        )
        return Stand(over=True, opinion=opinion, **more)

    def _words(self, told: Told) -> str:
        if isinstance(self._question, Scoring) and told.state == "writing":
            return _("weighing the answers: {n} of {all} words").format(
                n=self._question.done[0], all=self._question.done[1]
            )
        return state_words(told)

    def _share(self, told: Told) -> float | None:
        if isinstance(self._question, Scoring) and told.state == "writing":
            done, of = self._question.done
            return done / max(of, 1)
        return None
