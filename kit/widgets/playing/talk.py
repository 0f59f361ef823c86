"""A conversation: what was asked, what was answered, and what of it a model is told with the next question."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.data import Dataset
from kit.data.prompt import Message, messages
from kit.widgets.asking.question import Question
from kit.widgets.asking.told import Told

_KEPT = 50  # exchanges between two runs of the cell
_KEPT_FIELDS = ("text", "state", "ttft_s", "tokens_per_s", "tokens", "kept", "ended", "place")


@dataclass(frozen=True)
class Exchange:
    """A question and its answer.

    Parameters
    ----------
    number : int
        Its own in the conversation.
    question : str
        As it was typed.
    model, label : str
        Who was asked: as the service and as a person calls it.
    alone : bool
        Was it put as a row of data is, by itself, with the instruction of the data?
    told : Told
        How it stands.
    """

    number: int
    question: str
    model: str
    label: str
    alone: bool = False
    told: Told = field(default_factory=Told)


class Talk:
    """The exchanges of a panel, the last of which may be under way."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.cleared: list[Exchange] = []
        self._open: Question | None = None
        self._count = 0

    @property
    def busy(self) -> bool:
        """Is an answer on its way?"""
        return self._open is not None

    @property
    def now(self) -> Told | None:
        """How the question under way stands, or None where none is."""
        return self.exchanges[-1].told if self._open is not None else None

    def messages(self, text: str, *, system: str = "", data: Dataset | None = None) -> list[Message]:
        """Return what a model is told with `text`: what was said before it, or, as a row of `data`, nothing else."""
        if data is not None:
            return messages(data.instruction, text)
        said: list[Message] = [{"role": "system", "content": system.strip()}] if system.strip() else []
        for each in self.exchanges:
            if not each.alone and each.told.text:
                said += [
                    {"role": "user", "content": each.question},
                    {"role": "assistant", "content": each.told.text},
                ]
        return [*said, {"role": "user", "content": text}]

    def ask(self, text: str, model: str, label: str, body: Mapping[str, Any], *, alone: bool) -> None:
        """Put a question; `body` is the request."""
        self.cleared = []
        self._count += 1
        self._open = Question(body)
        self.exchanges.append(Exchange(self._count, text, model, label, alone, self._open.told))
        self._open.start()

    def look(self) -> bool:
        """Take in what has come; return whether the answer is over with it."""
        if self._open is None:
            return False
        told = self._open.told
        self.exchanges[-1] = dataclasses.replace(self.exchanges[-1], told=told)
        if told.over:
            self._open = None
        return told.over

    def stop(self) -> None:
        """Ask no further; what has been answered stays."""
        if self._open is not None:
            self._open.cancel()
        self.look()

    def take_back(self) -> Exchange | None:
        """Take the last exchange away and return it, to be asked once more."""
        self.stop()
        return self.exchanges.pop() if self.exchanges else None

    def clear(self) -> None:
        """Begin anew; until the next question it can be brought back."""
        self.stop()
        self.cleared, self.exchanges = self.exchanges, []

    def restore(self) -> None:
        """Bring back what was cleared."""
        self.exchanges, self.cleared = [*self.cleared, *self.exchanges], []

    def kept(self) -> list[dict[str, Any]]:
        """Return what is to be kept of it."""
        return [
            {
                "question": each.question,
                "model": each.model,
                "label": each.label,
                "alone": each.alone,
                "told": {name: getattr(each.told, name) for name in _KEPT_FIELDS},
            }
            for each in self.exchanges[-_KEPT:]
            if each.told.over
        ]

    def recall(self, kept: Any) -> None:
        """Take in what was kept; what cannot be read is passed over."""
        for each in kept if isinstance(kept, list) else ():
            try:
                told = Told(**{name: each["told"][name] for name in _KEPT_FIELDS})
                found = Exchange(
                    self._count + 1,
                    str(each["question"]),
                    str(each["model"]),
                    str(each["label"]),
                    bool(each["alone"]),
                    told,
                )
            except (KeyError, TypeError):
                continue
            self._count += 1
            self.exchanges.append(found)
