"""What figures and panels say of results, in numbers as people read them (`kit.words` has those that all use)."""

from __future__ import annotations

import math

from kit.i18n import _
from kit.words import MB_PER_MIB, count, duration, memory, number, remaining

__all__ = [
    "MB_PER_MIB",
    "Z95",
    "count",
    "duration",
    "half_width",
    "memory",
    "number",
    "parameters",
    "points",
    "rate",
    "remaining",
    "share",
    "size",
    "times",
]

Z95 = 1.959964  # half-width of a 95 % interval in standard errors


def share(value: float) -> str:
    """Return a share between 0 and 1 with two decimals."""
    return f"{value:.2f}" if math.isfinite(value) else "–"


def half_width(stderr: float) -> str:
    """Return the half-width of the 95 % interval that belongs to a standard error, as in "± .03"."""
    return f"± {Z95 * stderr:.2f}".replace("± 0.", "± .")


def size(mib: float) -> str:
    """Return the size of a file.

    >>> size(98.4), size(513), size(15360)
    ('103 MB', '538 MB', '16 GB')
    """
    mb = mib * MB_PER_MIB
    return _("{n} GB").format(n=number(mb / 1000)) if mb >= 999.5 else _("{n} MB").format(n=number(mb))


def parameters(count: float) -> str:
    """Return a number of parameters in billions.

    >>> parameters(134_515_008), parameters(1.72e9), parameters(30.5e9)
    ('0.13 B', '1.7 B', '30.5 B')
    """
    billions = count / 1e9
    return _("{n} B").format(n=f"{billions:.1f}" if billions >= 9.95 else number(billions))


def rate(per_second: float) -> str:
    """Return a pace in tokens a second."""
    return _("{n} tok/s").format(n=number(per_second))


def times(ratio: float) -> str:
    """Return a ratio, as in "2.9×"."""
    return f"{number(ratio)}×"


def points(difference: float) -> str:
    """Return the size of a difference of shares in percentage points."""
    return f"{round(abs(difference) * 100)}"
