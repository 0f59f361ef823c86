"""Numbers as people read them: two or three significant digits, the unit beside them.

One GB is a thousand MB, 1e9 bytes, in memory and in files alike, so that any two sizes on a screen can be compared;
amounts come in MiB, as metrics have them.
"""

from __future__ import annotations

import math

from kit.i18n import _

MB_PER_MIB = 1024 * 1024 / 1e6


def number(value: float) -> str:
    """Return `value` with two digits below 100, whole numbers above, and thousands set apart.

    >>> number(0.4137), number(4.61), number(64.4), number(1943.0)
    ('0.41', '4.6', '64', '1,940')
    """
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1000:
        return f"{round(value, 2 - math.floor(math.log10(size))):,.0f}"
    if size >= 9.95:
        return f"{value:.0f}"
    if size >= 0.995:
        return f"{value:.1f}"
    if size >= 0.0995 or size == 0:
        return f"{value:.2f}"
    return f"{value:.2g}"


def count(value: float) -> str:
    """Return a count with thousands set apart."""
    return f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Return a time: milliseconds below one second, minutes and seconds above one minute.

    >>> duration(0.0214), duration(4.2), duration(110), duration(7500)
    ('21 ms', '4.2 s', '1 min 50 s', '2 h 5 min')
    """
    if not math.isfinite(seconds):
        return "–"
    if seconds < 0.9995:
        return _("{n} ms").format(n=number(seconds * 1000))
    if seconds < 59.5:
        return _("{n} s").format(n=number(seconds))
    whole = round(seconds)
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        words = _("{m} min").format(m=minutes)
        return words + (_(" {s} s").format(s=rest) if rest else "")
    hours, minutes = divmod(round(whole / 60), 60)
    words = _("{h} h").format(h=hours)
    return words + (_(" {m} min").format(m=minutes) if minutes else "")


def remaining(seconds: float) -> str:
    """Return how long something still takes, in steps coarse enough to be read while they change."""
    if seconds < 5:
        return _("a few seconds")
    step = 5 if seconds < 60 else 10 if seconds < 600 else 60
    return duration(math.ceil(seconds / step) * step)


def memory(mib: float) -> str:
    """Return an amount of memory, in GB from a tenth of one upwards.

    >>> memory(922), memory(18432), memory(40)
    ('0.97 GB', '19 GB', '42 MB')
    """
    mb = mib * MB_PER_MIB
    return _("{n} GB").format(n=number(mb / 1000)) if mb >= 99.5 else _("{n} MB").format(n=number(mb))
