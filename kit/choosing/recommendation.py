"""A recommendation: choices in order, what was left out and why, as text and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from kit.choosing.choice import Choice
from kit.choosing.limits import SPEEDS, Miss
from kit.i18n import _, ngettext
from kit.models import ModelCard
from kit.words import duration

_SLOW_S = 0.25  # for each token: slower than people read


@dataclass(frozen=True)
class LeftOut:
    """A model that was left out.

    Parameters
    ----------
    card : ModelCard
    method : str
        The way of holding it that came nearest; "" where none could help.
    misses : tuple of Miss
        What it misses, at least one.
    advice : str, default ""
        What would make it fit.
    """

    card: ModelCard
    method: str
    misses: tuple[Miss, ...]
    advice: str = ""

    @property
    def model(self) -> str:
        """Its name."""
        return self.card.name

    @property
    def reason(self) -> str:
        """Why, in sentences; `title` names the method that they are of."""
        return " ".join([*(miss.reason for miss in self.misses), self.advice]).strip()

    @property
    def title(self) -> str:
        """How people call the model, with the method that came nearest."""
        return (
            _("{name}, {method}").format(name=self.card.title, method=self.method) if self.method else self.card.title
        )

    @property
    def gap(self) -> float | None:
        """How many times too much or too little its worst miss is; None where that is no number."""
        gaps = [miss.gap for miss in self.misses]
        return None if None in gaps else max(gap for gap in gaps if gap is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        limits = [miss.limit for miss in self.misses]
        return {"model": self.model, "method": self.method, "limits": limits, "reason": self.reason, "gap": self.gap}

    def __repr__(self) -> str:
        way = f"{self.model}, {self.method}" if self.method else self.model
        return f"LeftOut({way}: {', '.join(miss.limit for miss in self.misses)})"


class Recommendation(Sequence[Choice]):
    """Choices in order, the best first; everything else is in `left_out` with its reason.

    Parameters
    ----------
    choices : sequence of Choice
    left_out : sequence of LeftOut
    task : str
    limits : mapping
        What was asked for.
    lacks : sequence of str
        Methods that cannot run here, with what to type.
    next_up : Choice, optional
        One that was not measured and is guessed to be better than what was.
    of : int, optional
        Choices in the whole, where these are a slice of it.
    """

    def __init__(
        self,
        choices: Sequence[Choice],
        left_out: Sequence[LeftOut],
        *,
        task: str,
        limits: Mapping[str, Any],
        lacks: Sequence[str] = (),
        next_up: Choice | None = None,
        of: int | None = None,
    ) -> None:
        self.choices, self.left_out = tuple(choices), tuple(sorted(left_out, key=_nearness))
        self.task, self.limits, self.lacks, self.next_up = task, dict(limits), tuple(lacks), next_up
        self.of = len(self.choices) if of is None else of

    @overload
    def __getitem__(self, place: int) -> Choice: ...

    @overload
    def __getitem__(self, place: slice) -> Recommendation: ...

    def __getitem__(self, place: int | slice) -> Choice | Recommendation:
        return self._part(self.choices[place]) if isinstance(place, slice) else self.choices[place]

    def _part(self, choices: Sequence[Choice]) -> Recommendation:
        """Return some of the choices, with the ranks that they have in the whole."""
        return Recommendation(
            choices,
            self.left_out,
            task=self.task,
            limits=self.limits,
            lacks=self.lacks,
            next_up=self.next_up if self.next_up in choices else None,
            of=self.of,
        )

    def __len__(self) -> int:
        return len(self.choices)

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.choices)

    @property
    def nearest(self) -> LeftOut | None:
        """The model left out that comes nearest to being chosen, by a limit that is a number; None where none is."""
        return next((each for each in self.left_out if each.gap is not None), None)

    @property
    def summary(self) -> str:
        """What came of it, in a sentence or two: how many, and if none, the limit that is nearest to being met."""
        chosen, left = len({choice.model for choice in self.choices}), len(self.left_out)
        if len(self) < self.of:
            told = _("{n} of {all} choices, {left} models are left out.").format(n=len(self), all=self.of, left=left)
            return " ".join(part for part in (told, self._next(), self._slow()) if part)
        first = ngettext(
            "{n} model can be chosen, {left} are left out.", "{n} models can be chosen, {left} are left out.", chosen
        )
        told = first.format(n=chosen, left=left)
        if chosen:
            return " ".join(part for part in (told, self._blind(), self._next(), self._slow()) if part)
        if self.nearest is not None:
            name, reason = self.nearest.title, self.nearest.reason
            return f"{told} " + _("The nearest is {name}. {reason}").format(name=name, reason=reason)
        suited = [each for each in self.left_out if each.misses[0].limit != "task"] or self.left_out
        fewest = min((len(each.misses) for each in suited), default=0)
        near = Counter(each.misses[0].reason for each in suited if len(each.misses) == fewest)
        return f"{told} {near.most_common(1)[0][0]}" if near else told

    def _blind(self) -> str:
        """Return how many of those that were measured on this data gave every row the same label."""
        here = [choice for choice in self.choices if choice.evidence.kind == "this data"]
        blind = sum(bool(choice.evidence.only_answer) for choice in here)
        if not blind:
            return ""
        told = ngettext(
            "Of {all} measured on this data, {n} gives every row the same label and stands last.",
            "Of {all} measured on this data, {n} give every row the same label and stand last.",
            blind,
        )
        if blind == len(self):
            told = _("All were measured on this data and give every row the same label: none of them is any use yet.")
        return told.format(n=blind, all=len(here))

    def _next(self) -> str:
        if self.next_up is None:
            return ""
        told = _("{name} was not measured and is guessed to be better than what was: measure it next, as {code} does.")
        return told.format(name=self.next_up.card.title, code=f"recommendation[{self.next_up.rank - 1}].code()")

    def _slow(self) -> str:
        """Return that the first choice is slow, where nobody has asked for speed."""
        first = next((choice for choice in self.choices if choice.rank == 1), None)
        seconds = None if first is None else first.tpot_s
        if seconds is None or seconds < _SLOW_S or set(self.limits) & set(SPEEDS):
            return ""
        told = _(
            "No limit for speed was given, and the first takes {time} for each token: {limits} keeps quicker ones."
        )
        return told.format(time=duration(seconds), limits="limits={'tpot_s': 0.1}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "task": self.task,
            "limits": self.limits,
            "choices": [choice.to_dict() for choice in self.choices],
            "left_out": [each.to_dict() for each in self.left_out],
            "lacks": list(self.lacks),
        }

    def __repr__(self) -> str:
        from kit.choosing.shown import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from kit.choosing.shown import as_html

        return as_html(self)


def _nearness(each: LeftOut) -> tuple[bool, int, float, str]:
    return (each.gap is None, len(each.misses), each.gap or 0.0, each.model)
