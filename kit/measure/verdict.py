"""Is one variant really better than another? A paired answer, with "no evidence of a difference" among the answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _

_Z = 1.959963984540054  # two-sided 95 %
_SAME_SPEED = 0.20  # variants are timed one after another: less than this may be the machine, not the method


@dataclass(frozen=True)
class Verdict:
    """A variant against a reference on the same rows.

    Parameters
    ----------
    kind : {"reference", "better", "worse", "no evidence"}
        Of the accuracy.
    delta_acc, delta_acc_low, delta_acc_high : float
        The difference in accuracy and its 95 % interval, as shares.
    p_value : float
        Of McNemar's exact test.
    speed_ratio : float or None
        The reference's time over the variant's: above 1 the variant is faster.
    sentence : str
        All of it in words.
    """

    kind: str
    delta_acc: float
    delta_acc_low: float
    delta_acc_high: float
    p_value: float
    speed_ratio: float | None
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Parameters
    ----------
    only_a, only_b : int
        Rows that only one of the two got right. Under the null hypothesis each such row falls to either side with
        probability one half.
    """
    n = only_a + only_b
    if n == 0:
        return 1.0
    tail = float(sum(math.comb(n, k) for k in range(min(only_a, only_b) + 1)) / 2**n)
    return min(2 * tail, 1.0)


def paired_interval(only_new: int, only_reference: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two paired shares.

    Wald's interval with the adjustment of Agresti and Min (2005, Statistics in Medicine 24, 729-740): half a row is
    added to each of the four cells, which keeps the coverage near 95 % in small samples.
    """
    b, c, total = only_new + 0.5, only_reference + 0.5, n + 2
    delta = (b - c) / total
    half = _Z * math.sqrt(b + c - (b - c) ** 2 / total) / total
    return max(delta - half, -1.0), min(delta + half, 1.0)


def compare(
    right: Sequence[bool], reference: Sequence[bool], *, seconds: float | None = None, reference_s: float | None = None
) -> Verdict:
    """Return the verdict on a variant against the reference.

    Parameters
    ----------
    right, reference : sequence of bool
        Which rows the variant and the reference got right; the same rows in the same order.
    seconds, reference_s : float, optional
        Median time of an answer of each.
    """
    n = len(right)
    if not n or n != len(reference):
        allowed = _("as many rows as reference has ({n}), at least one").format(n=len(reference))
        raise ParameterError("right", right, allowed=allowed, fix=_("Give both for the same rows, in the same order."))
    only_new = sum(a and not b for a, b in zip(right, reference, strict=True))
    only_reference = sum(b and not a for a, b in zip(right, reference, strict=True))
    delta = (only_new - only_reference) / n
    low, high = paired_interval(only_new, only_reference, n)
    p_value = mcnemar_exact(only_new, only_reference)
    kind = "no evidence" if p_value > 0.05 else "better" if delta > 0 else "worse"
    ratio = reference_s / seconds if seconds and reference_s else None
    words = [part for part in (_speed_words(ratio), _accuracy_words(kind, delta, low, high)) if part]
    return Verdict(kind, delta, low, high, p_value, ratio, ", ".join(words))


def reference_verdict() -> Verdict:
    """Return the verdict on the reference itself."""
    return Verdict("reference", 0.0, 0.0, 0.0, 1.0, 1.0, _("reference"))


def _speed_words(ratio: float | None) -> str:
    if ratio is None:
        return ""
    if ratio > 1 + _SAME_SPEED:
        return _("{ratio:.1f}× faster").format(ratio=ratio)
    if ratio < 1 / (1 + _SAME_SPEED):
        return _("{ratio:.1f}× slower").format(ratio=1 / ratio)
    return _("as fast")


def _accuracy_words(kind: str, delta: float, low: float, high: float) -> str:
    points = [round(100 * x, 1) for x in (delta, low, high)]
    span = _("{low:+g} to {high:+g} points").format(low=points[1], high=points[2])
    if kind == "no evidence":
        return _("no evidence of a difference in accuracy ({span})").format(span=span)
    word = _("better") if kind == "better" else _("worse")
    return _("{points:g} points {word} ({span})").format(points=abs(points[0]), word=word, span=span)
