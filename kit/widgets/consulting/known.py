"""What has been measured of the tuned model, as the panel needs it: read anew whenever the notebook has written it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.verticals.outcome import Outcome
from kit.verticals.preparing.ordinary import Ordinary


@dataclass(frozen=True)
class Example:
    """A test case that can be tried: what is asked, and what the data say."""

    text: str
    answer: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """A tuned model that can be asked, and what it is worth.

    Parameters
    ----------
    values : dict
        Of the outcome.
    """

    values: dict[str, Any]

    @property
    def _ask(self) -> dict[str, Any]:
        return dict(self.values["facts"]["ask"])

    @property
    def task(self) -> str:
        """What is done: "classify", "choose" or "answer"."""
        return str(self._ask["task"])

    @property
    def served(self) -> str:
        """What the service calls the tuned model."""
        return str(self.values["tuned_model"])

    @property
    def model(self) -> str:
        """The model that was tuned."""
        return str(self._ask.get("model") or "")

    @property
    def instruction(self) -> str:
        """What the model was told to do when it was tuned."""
        return str(self._ask["instruction"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels among which is chosen; none where each question brings its own choices."""
        return tuple(self._ask["labels"])

    @property
    def ordinary(self) -> Ordinary:
        """What is usual in a row, where rows are tables."""
        return Ordinary(dict(self._ask.get("ordinary") or {}))

    @property
    def threshold(self) -> float | None:
        """From which probability on there is an answer; None where answers are written."""
        value = self._ask.get("threshold")
        return None if value is None else float(value)

    @property
    def bins(self) -> tuple[dict[str, Any], ...]:
        """How often test rows were answered right, by the probability of their answer."""
        return tuple(self._ask.get("bins") or ())

    @property
    def examples(self) -> tuple[Example, ...]:
        """Test cases that can be tried."""
        return tuple(
            Example(
                text="\n\n".join(filter(None, (each.get("context", ""), each["text"]))),
                answer=str(each["answer"]),
                choices=tuple(each.get("choices") or ()),
            )
            for each in self._ask["examples"]
        )

    @property
    def learnt_from(self) -> int:
        """Examples that the model was tuned on."""
        return int(self._ask.get("learnt_from") or 0)

    @property
    def rows(self) -> int:
        """Test rows that its worth was measured on."""
        return int(self._ask.get("rows") or 0)

    @property
    def reached(self) -> dict[str, float] | None:
        """The metric of the tuned model: value, low and high."""
        return self.values.get("tuned")

    @property
    def data(self) -> str:
        """What the rows are called."""
        return str(self.values.get("data") or "")

    @property
    def quick(self) -> bool:
        """Was it only a look, at a few rows?"""
        return bool(self.values.get("quick"))

    def said(self, text: str, choices: tuple[str, ...]) -> str:
        """Return what the data say to a test case that was typed unchanged, or ""."""
        plain = " ".join(text.split())
        for each in self.examples:
            if " ".join(each.text.split()) == plain and (not choices or each.choices == choices):
                return each.answer
        return ""


def known(outcome: Outcome | None) -> Known | None:
    """Return what an outcome tells of a tuned model, None where nothing can be asked yet."""
    if outcome is None or not outcome["tuned_model"] or not outcome.facts.get("ask"):
        return None
    return Known(outcome.values)
