"""How far a tuning has come."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from kit.tuning.validate import Validation
from kit.tuning.watching.course import Point, best_step, clearly_worse, no_worse


@dataclass
class Progress:
    """How far a tuning has come; changed by the loop that trains.

    Parameters
    ----------
    step : int, default 0
        Steps that are done.
    over : bool, default False
        Has it ended before its last step, because nothing got better?
    before, last, best, kept : Validation, optional
        Of the model as it was before the first step, the newest after one, that with the fewest misses, and the
        newest that is not clearly worse than this.
    kept_step : int, optional
        The step of `kept`.
    points : list of Point
        Every evaluation after a step.
    loss_sum, loss_steps : float, int
        The training loss of the steps since the newest evaluation, summed, and how many they are.
    peak_mib : float, default 0
        The greatest memory that any attempt has taken, in MiB.
    seconds : float, default 0
        That all attempts have trained and evaluated, as far as they were kept.
    resumed_at : list of int
        The steps from which it went on.
    """

    step: int = 0
    over: bool = False
    before: Validation | None = None
    last: Validation | None = None
    best: Validation | None = None
    kept: Validation | None = None
    kept_step: int | None = None
    points: list[Point] = field(default_factory=list)
    loss_sum: float = 0.0
    loss_steps: int = 0
    peak_mib: float = 0.0
    seconds: float = 0.0
    resumed_at: list[int] = field(default_factory=list)

    @property
    def best_step(self) -> int | None:
        """The step of the lowest validation loss, None before the first evaluation."""
        return best_step(self.points)

    def stepped(self, loss: float) -> None:
        """Note that one more step is done, with its loss."""
        self.step += 1
        self.loss_sum += loss
        self.loss_steps += 1

    def evaluated(self, found: Validation) -> None:
        """Note what was found after the newest step."""
        self.points.append(Point(self.step, found.loss, self.loss_sum / max(self.loss_steps, 1)))
        self.loss_sum, self.loss_steps = 0.0, 0
        self.last = found
        if self.best is None or no_worse(found.misses, self.best.misses):
            self.best = found
        # What is kept never goes back to an older one, whose weights are gone: it is either the newest or stays.
        if self.best is found or not clearly_worse(found.misses, self.best.misses):
            self.kept, self.kept_step = found, self.step

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Progress:
        """Make it from what `to_dict` returned; other keys are ignored, and those of a later version have defaults."""
        known = {f.name for f in dataclasses.fields(cls)}
        values = {name: value for name, value in values.items() if name in known}
        for name in ("before", "last", "best", "kept"):
            found = values.get(name)
            values[name] = None if found is None else Validation.from_dict(found)
        points = [Point(**point) for point in values.get("points", ())]
        return cls(**(values | {"points": points, "resumed_at": list(values["resumed_at"])}))
