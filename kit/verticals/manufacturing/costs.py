"""What alarms save under a stated cost model, how sure that is, and which of its parameters decides.

    hours avoided = foreseen failures x found x (unplanned - planned) - alarms x check stop
    money         = hours avoided x cost of an hour - alarms x cost of a check

A foreseen failure is turned into a planned stop only where the check finds its cause. All alarms are checked: the right
ones, the false ones, and those of which nobody knows. Late and missed failures cost what they would have cost anyway.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.verticals.manufacturing.judged import Judged
from kit.verticals.manufacturing.timely import DRAWS, Estimate, interval, machine_draws


@dataclass(frozen=True, kw_only=True)
class Model:
    """A cost model; every number is an assumption of whoever uses it.

    Parameters
    ----------
    unplanned_hours, planned_hours : float, hours
        Standstill of a failure that nobody foresaw, and of one that was mended in time.
    hour_cost : float
        Of one hour of standstill, in any currency.
    check_cost : float
        Of looking at a machine after an alarm, in the same currency.
    check_stop_hours : float, hours
        How long the machine stands for a check.
    found : float
        Share of foreseen failures whose cause the check finds, from 0 to 1.
    """

    unplanned_hours: float = 24.0
    planned_hours: float = 6.0
    hour_cost: float = 400.0
    check_cost: float = 150.0
    check_stop_hours: float = 0.5
    found: float = 0.8

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not np.isfinite(value) or value < 0:
                raise ParameterError(field.name, value, allowed=_("a number that is not negative"))
        if self.found > 1:
            raise ParameterError("found", self.found, allowed=_("a share from 0 to 1"))

    def hours(self, foreseen: np.ndarray, alarms: np.ndarray) -> np.ndarray:
        """Return the hours of standstill that are avoided."""
        return np.asarray(
            foreseen * self.found * (self.unplanned_hours - self.planned_hours) - alarms * self.check_stop_hours
        )

    def money(self, foreseen: np.ndarray, alarms: np.ndarray) -> np.ndarray:
        """Return what is saved."""
        return np.asarray(self.hours(foreseen, alarms) * self.hour_cost - alarms * self.check_cost)


# What each parameter is called, and how far it is moved to see what it decides.
SWINGS = {
    "unplanned_hours": (N_("unplanned stop, hours"), 0.5, 1.5),
    "planned_hours": (N_("planned stop, hours"), 0.5, 2.0),
    "hour_cost": (N_("cost of an hour"), 0.5, 2.0),
    "check_cost": (N_("cost of a check"), 0.5, 3.0),
    "check_stop_hours": (N_("stop for a check, hours"), 0.0, 4.0),
    "found": (N_("share of causes found"), 0.5, 1.25),
}


@dataclass(frozen=True, kw_only=True)
class Swing:
    """What is saved when one parameter is moved, all others left as they are."""

    name: str
    title: str
    low: float
    high: float
    money_at_low: float
    money_at_high: float


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What alarms save for each machine and year of running.

    Parameters
    ----------
    hours, money : Estimate
        Avoided standstill and saved money; the interval is of drawing the machines anew, under the same cost model.
    swings : tuple of Swing
        The money with each parameter moved, the most decisive first.
    worth_it_above : float
        Foreseen failures for each alarm from which on checking pays; NaN where a foreseen failure saves nothing.
    """

    hours: Estimate
    money: Estimate
    swings: tuple[Swing, ...]
    worth_it_above: float


YEAR_WEEKS = 365.25 / 7


def saved(found: Sequence[Judged], model: Model, *, seed: int = 0, draws: int = DRAWS) -> Saved:
    """Return what alarms save.

    Parameters
    ----------
    found : sequence of Judged
        One for each machine.
    model : Model
        What things cost.
    seed, draws : int
        Of the bootstrap.
    """
    foreseen = np.array([len(each.leads) for each in found], dtype=float)
    alarms = np.array([each.alarms for each in found], dtype=float)
    years = np.array([each.weeks for each in found]) / YEAR_WEEKS
    counts = machine_draws(len(found), seed=seed, draws=draws)
    hours, money = model.hours(foreseen, alarms), model.money(foreseen, alarms)

    def yearly(values: np.ndarray) -> Estimate:
        drawn = (counts @ values) / np.maximum(counts @ years, 1e-9)
        return Estimate(float(values.sum() / years.sum()), *interval(drawn))

    def at(name: str, value: float) -> float:
        moved = dataclasses.replace(model, **{name: value})
        return float(moved.money(foreseen, alarms).sum() / years.sum())

    swings = [_swing(name, model, at) for name in SWINGS]
    of_one = model.found * (model.unplanned_hours - model.planned_hours) * model.hour_cost
    of_check = model.check_stop_hours * model.hour_cost + model.check_cost
    return Saved(
        hours=yearly(hours),
        money=yearly(money),
        swings=tuple(sorted(swings, key=lambda each: -abs(each.money_at_high - each.money_at_low))),
        worth_it_above=of_check / of_one if of_one > 0 else float("nan"),
    )


def _swing(name: str, model: Model, at: Callable[[str, float], float]) -> Swing:
    title, less, more = SWINGS[name]
    value = getattr(model, name)
    low, high = value * less, value * more
    if name == "found":
        high = min(high, 1.0)
    return Swing(
        name=name, title=_(title), low=low, high=high, money_at_low=at(name, low), money_at_high=at(name, high)
    )
