"""The cheap monitoring that raises alerts: points for what a payment system sees without a graph, and a threshold.

It stands for what is there before anything is learned: a scorecard that somebody wrote, not a model.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kit.i18n import N_
from kit.verticals.finance.fact import NAMES
from kit.verticals.finance.facts import NEAR, Table
from kit.verticals.finance.world.shape import LIMIT

ALERT = 4  # points from which a transfer becomes an alert
_POINTS: tuple[tuple[str, float, int, str], ...] = (  # fact, from this value on, points, in words
    ("times_usual", 4.0, 1, N_("4 times the usual amount")),
    ("times_usual", 10.0, 1, N_("10 times the usual amount")),
    ("amount", 900.0, 1, N_("900 EUR or more")),
    ("amount", NEAR * LIMIT, 1, N_("9,000 EUR or more")),
    ("new_payee", 1.0, 1, N_("new payee")),
    ("sent_day", 3.0, 1, N_("third transfer in a day")),
    ("night", 1.0, 1, N_("at night")),
)
_BELOW: tuple[tuple[str, float, int, str], ...] = (
    ("device_days", 1.0, 2, N_("new device")),
    ("sender_days", 60.0, 1, N_("young account")),
)


def points(table: Table) -> npt.NDArray[np.int64]:
    """Return the points of each transfer; `ALERT` of them raise an alert."""
    found = np.zeros(len(table), dtype=np.int64)
    for name, bound, worth, _said in _POINTS:
        found += worth * (table[:, NAMES.index(name)] >= bound)
    for name, bound, worth, _said in _BELOW:
        found += worth * (table[:, NAMES.index(name)] < bound)
    return found


def scorecard() -> tuple[tuple[str, int], ...]:
    """Return what earns points, in words to be translated, and how many."""
    return tuple((said, worth) for _name, _bound, worth, said in (*_POINTS, *_BELOW))
