"""Score rows in chunks, each kept when it is done, so that a crash or a stop costs one chunk at most.

A row is scored with the same neighbours whether or not the work was interrupted: chunks are the same each time, so the
numbers are the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    name = kept_as or phase
    done = ledger.rows(name)
    total = len(prompts)
    if len(done) < total:
        scorer = engine()
        for rows in chunks(_lengths(scorer, texts), batch_size):
            if all(row in done for row in rows):
                continue
            report.check()
            heard = _Heard(phase, len(done.keys() - set(rows)), len(rows), total, report)
            scores = scorer.score([prompts[i] for i in rows], [continuations[i] for i in rows], on_progress=heard)
            ledger.add_rows(name, rows, scores)
            done.update(zip(rows, scores, strict=True))
    report.progress(phase, total, total, "rows")
    return [done[row] for row in range(total)]


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
