"""The thread that reads: it works while there is something to answer, and tells each asker of what was written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from kit.service.batching.batch import Batch, Text, Written

Tell = Callable[[Sequence[Written], str], None]  # what was written, and "" or why it is over


class Worker:
    """Answers texts in a thread of its own.

    Parameters
    ----------
    batch : Batch
        Touched by that thread alone.
    post : callable
        Runs a function where askers live, such as an event loop's ``call_soon_threadsafe``.
    """

    def __init__(self, batch: Batch, post: Callable[[Callable[[], None]], object]) -> None:
        self._batch, self._post = batch, post
        self._changed = threading.Condition()
        self._coming: list[tuple[Text, Tell]] = []
        self._leaving: list[Text] = []
        self._waiting: list[tuple[Text, Tell]] = []
        self._tell: dict[Text, Tell] = {}
        threading.Thread(target=self._work, name="answers", daemon=True).start()

    def ask(self, text: Text, tell: Tell) -> None:
        """Begin to answer; `tell` hears of it until a reason why it is over: "stop", "length" or "error: …"."""
        with self._changed:
            self._coming.append((text, tell))
            self._changed.notify()

    def leave(self, text: Text) -> None:
        """Stop answering: nobody listens any more."""
        with self._changed:
            self._leaving.append(text)
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._coming or self._leaving or self._waiting or self._batch.open):
                    self._changed.wait()
                coming, self._coming = self._coming, []
                leaving, self._leaving = self._leaving, []
            told: list[tuple[Tell, Sequence[Written], str]] = []
            try:
                self._let_in(coming, leaving, told)
                if self._batch.open:
                    told += self._step()
            except Exception as exc:  # whoever waits shall hear it
                told += self._give_up(exc)
            self._post(lambda told=told: _spread(told))  # type: ignore[misc]

    def _let_in(
        self, coming: list[tuple[Text, Tell]], leaving: list[Text], told: list[tuple[Tell, Sequence[Written], str]]
    ) -> None:
        for text in leaving:
            self._batch.drop(text)
            self._tell.pop(text, None)
        # Whoever left may be noticed later than whoever takes the place: then there is room in a moment.
        coming, self._waiting = [*self._waiting, *coming], []
        for text, tell in coming:
            if text in leaving:
                continue
            try:
                self._batch.add(text)
                self._tell[text] = tell
            except MemoryError as exc:
                if self._batch.open:
                    self._waiting.append((text, tell))
                else:
                    told.append((tell, (), f"error: {exc}"))

    def _step(self) -> list[tuple[Tell, Sequence[Written], str]]:
        told: list[tuple[Tell, Sequence[Written], str]] = []
        for text, written in self._batch.step():
            tell = self._tell.pop(text) if text.over else self._tell[text]
            if written or text.over:
                told.append((tell, written, text.over))
        return told

    def _give_up(self, problem: Exception) -> list[tuple[Tell, Sequence[Written], str]]:
        told: list[tuple[Tell, Sequence[Written], str]] = []
        for text, tell in self._tell.items():
            self._batch.drop(text)
            told.append((tell, (), f"error: {type(problem).__name__}: {problem}"))
        self._tell.clear()
        return told


def _spread(told: Sequence[tuple[Tell, Sequence[Written], str]]) -> None:
    for tell, written, over in told:
        tell(written, over)
