"""Which features of a window are unlike those of healthy machines, in words a technician reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.i18n import N_, _
from kit.verticals.manufacturing.modes import MODES

Ranges = Mapping[str, Sequence[float]]  # the 5 % and the 95 % quantile of each feature over healthy windows
MOST = 4
UNITS = {  # of the bundled features; others are told by their name alone
    "vibration": N_("{n} times usual"),
    "vibration per day": N_("{n} % a day"),
    "crest": N_("{n} times usual"),
    "kurtosis": N_("{n} times usual"),
    "bearing tones": N_("{n} times usual"),
    "rotation peak": N_("{n} times usual"),
    "temperature": N_("{n} K against usual"),
    "temperature per day": N_("{n} K a day"),
    "pressure": N_("{n} bar against usual"),
    "pressure per day": N_("{n} bar a day"),
    "current": N_("{n} times usual"),
    "harmonics": N_("{n} times usual"),
    "days since service": N_("{n} days"),
}
_NO_SIGN = ("days since service",)  # says nothing on its own


@dataclass(frozen=True)
class Sign:
    """One feature that is out of what is common.

    Parameters
    ----------
    name : str
        The feature.
    value, low, high : float
        What it is, and between what nine in ten healthy windows are.
    typical : bool
        Is it one that the likely failure moves?
    """

    name: str
    value: float
    low: float
    high: float
    typical: bool

    @property
    def far(self) -> float:
        """How far out it is, in widths of the common range."""
        width = max(self.high - self.low, 1e-9)
        return max(self.low - self.value, self.value - self.high) / width

    @property
    def words(self) -> str:
        """The sign as a person reads it."""
        text = _(UNITS[self.name]) if self.name in UNITS else "{n}"
        common = _("healthy: {low} to {high}").format(low=_number(self.low), high=_number(self.high))
        return f"{self.name} {text.format(n=_number(self.value))} ({common})"


def signs(features: Mapping[str, float | str | None], healthy: Ranges, mode: str) -> list[Sign]:
    """Return the features outside what nine in ten healthy windows have, those that fit the failure first.

    Parameters
    ----------
    features : mapping
        Of one window.
    healthy : mapping
        Of each feature the range in healthy windows.
    mode : str
        The likely failure.
    """
    shows = MODES[mode].shows if mode in MODES else ()
    found = []
    for name, value in features.items():
        if name in _NO_SIGN or name not in healthy or isinstance(value, str) or value is None:
            continue
        low, high = (float(each) for each in healthy[name])
        if not low <= value <= high:
            found.append(Sign(name, float(value), low, high, name in shows))
    return sorted(found, key=lambda sign: (not sign.typical, -sign.far))[:MOST]


def healthy_ranges(rows: Sequence[Mapping[str, float | str | None]]) -> dict[str, list[float]]:
    """Return, of each numeric feature, the 5 % and the 95 % quantile over healthy windows."""
    import numpy as np

    found: dict[str, list[float]] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if isinstance(row.get(name), int | float)]
        if len(values) >= 20:
            low, high = np.quantile(np.array(values, dtype=float), [0.05, 0.95])
            found[name] = [round(float(low), 3), round(float(high), 3)]
    return found


def advice(mode: str) -> str:
    """Return what to look at first for a likely failure, or "" where nothing is known of it."""
    return _(MODES[mode].check) if mode in MODES else ""


def _number(value: float) -> str:
    text = f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
