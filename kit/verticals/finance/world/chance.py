"""Seeded chance for amounts and times, the same on every machine."""

from __future__ import annotations

import math

from kit.data.alerts.draw import Draw


class Chance(Draw):
    """A `Draw` that knows the shapes of amounts and of waiting times, too."""

    def about(self, middle: float, spread: float) -> float:
        """Return a log-normal number with this median; about two in three lie within a factor exp(`spread`)."""
        bell = sum(self.between(0, 1) for _place in range(6)) - 3  # of six, near enough to normal: variance 1/2
        return middle * math.exp(spread * bell * math.sqrt(2))

    def wait(self, mean: float) -> float:
        """Return an exponential waiting time."""
        return -mean * math.log(1 - self.between(0, 1))

    def some(self, items: list[str], n: int) -> list[str]:
        """Return `n` different ones of `items`, or all where there are fewer."""
        return self.mixed(items)[:n]

    def daytime(self, day: int, *, night: float = 0.02) -> float:
        """Return an hour within `day`, at night in this share of the draws."""
        return day * 24 + (self.between(0.5, 5.5) if self.chance(night) else self.between(7.0, 22.5))
