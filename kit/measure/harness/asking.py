"""Put requests to an engine in chunks, each kept when it is done, by names that tell what was asked.

A task's file may be another one the next time, and its rows too: what was asked before counts again only where the very
same is asked, so each set of requests is kept under a hash of its texts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from kit.engines import Engine, Score
from kit.measure.harness.beginning import Begun
from kit.measure.harness.conversation import prompt_of
from kit.measure.harness.sampling import Sampling
from kit.measure.harness.writing import write_answers
from kit.measure.ledger import Ledger
from kit.measure.scoring import score_in_chunks
from kit.report import Report

KEPT = "tasks-"  # what the ledger's names begin with


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One variant that answers requests.

    Parameters
    ----------
    engine : callable
        Returns the engine; called only when something is left to be asked.
    ledger : Ledger
        What is in it is not asked again.
    batch_size : int
        Questions scored at a time.
    """

    engine: Callable[[], Engine]
    ledger: Ledger
    report: Report
    batch_size: int

    def likelihoods(self, pairs: Sequence[tuple[str, str]]) -> list[Score]:
        """Return a score for each pair of a context and what may follow; a context of several pairs is read once."""
        asked: dict[str, dict[str, None]] = {}
        for context, continuation in pairs:
            asked.setdefault(context, {})[continuation] = None
        rows = [list(continuations) for continuations in asked.values()]
        table = self._scored("scoring tasks", list(asked), rows)
        places = {context: row for row, context in enumerate(asked)}
        found = [dict(zip(row, scores, strict=True)) for row, scores in zip(rows, table, strict=True)]
        return [found[places[context]][continuation] for context, continuation in pairs]

    def rolling(self, texts: Sequence[str]) -> list[float]:
        """Return the log-probability of each text from its beginning, a long one read in windows."""
        begun = dataclasses.replace(self, engine=lambda: cast(Engine, Begun(self.engine())))  # all that scoring asks
        table = begun._scored("reading tasks", [""] * len(texts), [[text] for text in texts])
        return [row[0].logprob for row in table]

    def answers(self, requests: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        """Return what is written after each context, as the settings beside it say."""
        seen: dict[str, int] = {}
        wanted = []
        for context, settings in requests:
            key = _name("written", [context, settings])
            seen[key] = seen.get(key, -1) + 1  # asked again for another sample, it is drawn with another seed
            wanted.append((f"{key}-{seen[key]}", prompt_of(context), Sampling.of(settings, seed=seen[key])))
        return write_answers(wanted, engine=self.engine, ledger=self.ledger, report=self.report)

    def _scored(self, phase: str, contexts: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[Score]]:
        return score_in_chunks(
            phase,
            [prompt_of(context) for context in contexts],
            rows,
            texts=[context + max(row, key=len) for context, row in zip(contexts, rows, strict=True)],
            batch_size=self.batch_size,
            engine=self.engine,
            ledger=self.ledger,
            report=self.report,
            kept_as=_name(phase.split()[0], [contexts, rows]),
        )


def _name(kind: str, asked: Any) -> str:
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True)
    return f"{KEPT}{kind}-{hashlib.sha256(text.encode(errors='backslashreplace')).hexdigest()[:16]}"
