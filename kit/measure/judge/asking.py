"""Put written answers to a judge, each reply kept when it is there."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any, cast

from kit.data.row import Row
from kit.engines import Engine, Message, Token
from kit.errors import ServerError
from kit.i18n import _
from kit.measure.harness.sampling import Sampling
from kit.measure.harness.writing import write_answers
from kit.measure.judge.reply import judge_prompt
from kit.measure.judge.spec import JudgeSpec
from kit.measure.ledger import Ledger
from kit.report import Report

KEPT = "judged-"  # what the ledger's names begin with
_TRIES = 3
_PAUSE_S = 1.0


def judge_replies(
    spec: JudgeSpec, rows: Sequence[Row], answers: Sequence[str], *, ledger: Ledger, report: Report
) -> list[str]:
    """Return what the judge replies to each answer, asking only what `ledger` does not hold.

    Raises
    ------
    ServerError
        The server cannot be reached or refuses, also when asked again; replies that are there are kept.
    KitError
        The environment variable that should hold its key does not.
    """
    how = Sampling(stop=(), max_new_tokens=spec.max_new_tokens, temperature=0.0, seed=0)
    prompts = [judge_prompt(spec, row, answer) for row, answer in zip(rows, answers, strict=True)]
    wanted = [(_name(spec, place, prompt), prompt, how) for place, prompt in enumerate(prompts)]
    opened: list[_Server] = []

    def engine() -> Engine:
        opened.append(_Server(spec))
        return cast(Engine, opened[0])  # all that writing asks of one

    try:
        return write_answers(wanted, engine=engine, ledger=ledger, report=report, phase="judging")
    finally:
        for server in opened:
            server.close()


class _Server:
    """Writes replies, trying again where the server was only busy for a moment."""

    def __init__(self, spec: JudgeSpec) -> None:
        from kit.engines.openai.engine import OpenAIEngine

        self.slots = spec.parallel
        self._engine = OpenAIEngine(spec.url, spec.model, key_variable=spec.key_variable, silence_s=spec.timeout_s)

    def generate(self, prompt: list[Message], **how: Any) -> Iterator[Token]:
        """Yield the reply as one piece: an attempt that broke off leaves nothing behind."""
        for tried in range(1, _TRIES + 1):
            try:
                text = "".join(token.text for token in self._engine.generate(prompt, **how))
            except ServerError as exc:
                if tried == _TRIES or not _may_pass(exc):
                    raise _told(exc) from exc
                time.sleep(_PAUSE_S * tried)
            else:
                yield Token(-1, text)
                return

    def close(self) -> None:
        self._engine.close()


def _may_pass(exc: ServerError) -> bool:
    return exc.status is None or exc.status == 429 or exc.status >= 500


def _told(exc: ServerError) -> ServerError:
    problem = _("The judge did not answer: {problem}").format(problem=exc.problem)
    fix = _("Check judge.url, judge.model and the server itself, then resume: what was judged is kept.")
    return ServerError(problem, url=exc.url, fix=fix, status=exc.status)


def _name(spec: JudgeSpec, place: int, prompt: list[Message]) -> str:
    text = json.dumps([spec.url, spec.model, spec.max_new_tokens, prompt], ensure_ascii=False)
    return f"{KEPT}{place}-{hashlib.sha256(text.encode(errors='backslashreplace')).hexdigest()[:16]}"
