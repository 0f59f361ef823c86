"""Let the model write, each reply kept when it is there; one that was cut off or refused is marked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from kit.engines import Engine, Prompt, Token
from kit.engines.usage import usage_of
from kit.errors import ServerError
from kit.gate.synthesize.plan import Task
from kit.gate.synthesize.prompts import message
from kit.gate.synthesize.spec import SynthesizeSpec
from kit.i18n import _
from kit.measure.harness.sampling import Sampling
from kit.measure.harness.writing import write_answers
from kit.measure.ledger import Ledger
from kit.report import Event, PrefixedReport, Report

CUT_OFF, REFUSED = "cut off", "refused by the server"
_MARKS = {CUT_OFF: "\0cut off", REFUSED: "\0refused"}  # no model writes a NUL
_TRIES = 3
_PAUSE_S = 1.0
_REFUSING = (400, 413, 422)  # the server will not answer this one request: too long, or against its rules
_MOST_REFUSED = 5  # in a row from the beginning: then it refuses all


class Writer:
    """An engine that says whether a reply was cut off, and asks again where a server was only busy.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.slots = engine.slots
        self._refused = 0
        self._answered = False

    def generate(self, prompt: Prompt, **how: Any) -> Iterator[Token]:
        """Yield the reply token by token; of a server as one piece, since an attempt may break off.

        Raises
        ------
        ServerError
            It does not answer, also when asked again, or refuses everything.
        """
        if self._engine.slots < 2:
            yield from self._tokens(prompt, how)
            return
        for tried in range(1, _TRIES + 1):
            try:
                text = "".join(token.text for token in self._tokens(prompt, how))
            except ServerError as exc:
                if exc.status in _REFUSING and self._may_refuse():
                    text = _MARKS[REFUSED]
                elif tried == _TRIES or not _may_pass(exc):
                    raise _told(exc) from exc
                else:
                    time.sleep(_PAUSE_S * tried)
                    continue
            else:
                self._answered = True
            yield Token(-1, text)
            return

    def _may_refuse(self) -> bool:
        self._refused += 1
        return self._answered or self._refused < _MOST_REFUSED

    def _tokens(self, prompt: Prompt, how: dict[str, Any]) -> Iterator[Token]:
        stream = self._engine.generate(prompt, **how)
        count = 0
        for token in stream:
            count += 1
            yield token
        usage = usage_of(stream)
        if (count if usage is None else usage.new_tokens) >= how["max_new_tokens"]:
            yield Token(-1, _MARKS[CUT_OFF])


def replies(
    tasks: Sequence[Task],
    spec: SynthesizeSpec,
    *,
    engine: Callable[[], Writer],
    ledger: Ledger,
    report: Report,
    on_progress: Callable[[float], None],
) -> list[str]:
    """Return the reply to each task, asking only what `ledger` does not hold.

    `on_progress` hears what share of the tasks is done: whoever asks counts rows, not requests.

    Raises
    ------
    ServerError
        As `Writer.generate` does; replies that are there are kept.
    Stopped
        The report asked to stop; the same.
    """
    wanted = [
        (
            task.name,
            message(task.words),
            Sampling(
                stop=(),
                max_new_tokens=spec.max_new_tokens,
                temperature=spec.temperature,
                seed=(spec.seed + task.number) % 2**31,
            ),
        )
        for task in tasks
    ]
    return write_answers(
        wanted,
        engine=lambda: cast(Engine, engine()),
        ledger=ledger,
        report=_Counting(report, on_progress),
        phase="writing",
    )


def mark_in(reply: str) -> str:
    """Return what `Writer` says of a reply: that it was cut off or refused, "" where it is whole."""
    return next((word for word, mark in _MARKS.items() if reply.endswith(mark)), "")


class _Counting(PrefixedReport):
    """A report that tells progress to a function only."""

    def __init__(self, outer: Report, on_progress: Callable[[float], None]) -> None:
        super().__init__(outer, "")
        self._on_progress = on_progress

    def emit(self, event: Event) -> None:
        if event["kind"] == "progress":
            self._on_progress(event["done"] / max(event["total"] or 1, 1))
        else:
            self.outer.emit(event)


def _may_pass(exc: ServerError) -> bool:
    return exc.status is None or exc.status == 429 or exc.status >= 500


def _told(exc: ServerError) -> ServerError:
    problem = _("The model did not answer: {problem}").format(problem=exc.problem)
    fix = _("{fix} Then resume the run: what was written is kept.").format(fix=exc.fix).strip()
    return ServerError(problem, url=exc.url, fix=fix, status=exc.status)
