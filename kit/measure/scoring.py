"""Score rows in chunks, each kept when it is done, so that a crash or a stop costs one chunk at most.

A row is scored with the same neighbours whether or not the work was interrupted: chunks are the same each time, so the
numbers are the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kit.engines import Engine, Prompt, Score
from kit.machine import this_machine
from kit.measure.ledger import Ledger
from kit.report import Report

# Each chunk reads the beginning that its rows share once more and pads its own last batch. With batches of 16 rows or
# more an engine computes 0.2 to 1.3 % more tokens than for all rows in one call (599 headlines or payment alerts), with
# fewer up to 6 %: there a row takes long, and losing few of them matters more. Counting the tokens of each row
# beforehand takes a tenth of a millisecond, half a percent of scoring it on a CPU.
_BATCHES = 8
_BATCHES_ON_GPU = 64  # where reading that beginning may take as long as a batch does; chosen, not measured
_LEAST_ROWS = 32  # where batches are small


def chunks(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Return row numbers in chunks of some batches, longest rows first: what does not fit into memory fails at once.

    Parameters
    ----------
    lengths : sequence of int
        Of each row: rows of equal length in a chunk need little padding.
    batch_size : int
        Rows that the engine scores at a time.
    """
    size = max(batch_size * (_BATCHES_ON_GPU if this_machine().gpus else _BATCHES), _LEAST_ROWS)
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    return [order[i : i + size] for i in range(0, len(order), size)]


def score_in_chunks(
    phase: str,
    prompts: Sequence[Prompt],
    continuations: Sequence[Sequence[str]],
    *,
    texts: Sequence[str],
    batch_size: int,
    engine: Callable[[], Engine],
    ledger: Ledger,
    report: Report,
    kept_as: str = "",
) -> list[list[Score]]:
    """Return a score for each continuation of each prompt, scoring only what `ledger` does not hold.

    Parameters
    ----------
    phase : str
        As progress calls it, and the ledger where `kept_as` is left out.
    texts : sequence of str
        What differs from row to row, by whose length they are put together.
    batch_size : int
        Rows that the engine scores at a time.
    engine : callable
        Returns the engine; called only when something is to be scored.
    kept_as : str, optional
        As the ledger calls it, where questions may be others the next time: a name that tells them.

    Raises
    ------
    Stopped
        The report asked to stop; a chunk that is done is kept.
    """
    pieces = _Pieces(phase, prompts, continuations, engine, ledger, report, kept_as or phase)
    if pieces.left:
        for rows in chunks(_lengths(engine(), texts), batch_size):
            pieces.score(rows)
    report.progress(phase, len(prompts), len(prompts), "rows")
    return [pieces.done[row] for row in range(len(prompts))]


def score_until(
    phase: str,
    prompts: Sequence[Prompt],
    continuations: Sequence[Sequence[str]],
    *,
    order: Sequence[Sequence[int]],
    enough: Callable[[Mapping[int, Sequence[Score]]], bool],
    engine: Callable[[], Engine],
    ledger: Ledger,
    report: Report,
    kept_as: str,
) -> dict[int, list[Score]]:
    """Return the scores of the rows of the first chunks of `order`, until `enough` says so of those there are.

    Parameters
    ----------
    order : sequence of sequences of int
        Row numbers in chunks; the other parameters as of `score_in_chunks`.
    enough : callable
        Is given the scores of all rows of the chunks that are done.

    Raises
    ------
    Stopped
        The report asked to stop; a chunk that is done is kept.
    """
    pieces = _Pieces(phase, prompts, continuations, engine, ledger, report, kept_as)
    found: dict[int, list[Score]] = {}
    for rows in order:
        pieces.score(rows)
        found.update((row, pieces.done[row]) for row in rows)
        if enough(found):
            break
    report.progress(phase, len(found), len(prompts), "rows")
    return found


class _Pieces:
    """Scores chunks of rows, each once, and keeps them."""

    def __init__(
        self,
        phase: str,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        engine: Callable[[], Engine],
        ledger: Ledger,
        report: Report,
        name: str,
    ) -> None:
        self._phase, self._prompts, self._continuations = phase, prompts, continuations
        self._engine, self._ledger, self._report, self._name = engine, ledger, report, name
        self.done = ledger.rows(name)

    @property
    def left(self) -> bool:
        return len(self.done) < len(self._prompts)

    def score(self, rows: Sequence[int]) -> None:
        if all(row in self.done for row in rows):
            return
        self._report.check()
        before = len(self.done.keys() - set(rows))
        heard = _Heard(self._phase, before, len(rows), len(self._prompts), self._report)
        scores = self._engine().score(
            [self._prompts[i] for i in rows], [self._continuations[i] for i in rows], on_progress=heard
        )
        self._ledger.add_rows(self._name, rows, scores)
        self.done.update(zip(rows, scores, strict=True))


def _lengths(engine: Engine, texts: Sequence[str]) -> list[int]:
    # A GPU scores a row in the time that counting its tokens takes, and a server puts rows together itself.
    if this_machine().gpus or engine.slots > 1:
        return [len(text) for text in texts]
    return [engine.count_tokens(text) for text in texts]


class _Heard:
    """Hears how many rows of a chunk are scored; heeds a stop, but not between the last row and its being kept."""

    def __init__(self, phase: str, before: int, size: int, total: int, report: Report) -> None:
        self._phase, self._before, self._size, self._total, self._report = phase, before, size, total, report
        report.progress(phase, before, total, "rows")

    def __call__(self, done: int) -> None:
        self._report.progress(self._phase, self._before + done, self._total, "rows")
        if done < self._size:
            self._report.check()
