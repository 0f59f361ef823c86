"""What a model forgets of other things while it learns: general rows, measured before and after, row by row."""

from __future__ import annotations

import math
from typing import Any

from kit.i18n import _
from kit.measure.paired import PairedShares, z_of
from kit.tuning.watching.score import Scores

_LEVEL = 0.95


def forgetting(before: Scores, after: Scores) -> dict[str, Any]:
    """Return the change between two measurements of the same rows, with its interval.

    The loss is one of a token, so its change is a ratio of sums, D = sum of differences / number of tokens; its
    standard error is that of a ratio estimator with rows as the sample (Cochran, Sampling Techniques, 1977, eq. 6.12
    without finite population), and the interval is normal. The change of an accuracy has Tango's interval
    (`kit.measure.paired`).

    Returns
    -------
    dict
        "rows", "loss_before", "loss", "delta_loss", "delta_loss_interval" (95 %) and, where there are labels or
        choices, the same of "accuracy".
    """
    delta, half = _change(before, after)
    found: dict[str, Any] = {
        "rows": len(before.losses),
        "loss_before": before.loss,
        "loss": after.loss,
        "delta_loss": delta,
        "delta_loss_interval": [delta - half, delta + half],
    }
    if before.accuracy is None or after.accuracy is None:
        return found
    was, now = ([a == b for a, b in zip(each.chosen, each.right, strict=True)] for each in (before, after))
    only_now = sum(b and not a for a, b in zip(was, now, strict=True))
    only_before = sum(a and not b for a, b in zip(was, now, strict=True))
    shares = PairedShares(only_now, only_before, len(was))
    return found | {
        "accuracy_before": before.accuracy,
        "accuracy": after.accuracy,
        "delta_accuracy": shares.difference,
        "delta_accuracy_interval": list(shares.interval(_LEVEL)),
    }


def forgetting_words(found: dict[str, Any]) -> str:
    """Return what `forgetting` found as a sentence."""
    low, high = found["delta_loss_interval"]
    if low <= 0 <= high:
        told = _("On general data there is no evidence that it forgot: loss {before:.3f}, now {now:.3f}{interval}.")
    elif low > 0:
        told = _("On general data it forgot something: loss {before:.3f}, now {now:.3f}{interval}.")
    else:
        told = _("On general data it got better: loss {before:.3f}, now {now:.3f}{interval}.")
    interval = _(" ({delta:+.3f}, 95% {low:+.3f} to {high:+.3f})").format(delta=found["delta_loss"], low=low, high=high)
    return told.format(before=found["loss_before"], now=found["loss"], interval=interval)


def _change(before: Scores, after: Scores) -> tuple[float, float]:
    """Return the change of the loss of a token, and half of the width of its interval."""
    tokens, rows = sum(before.tokens), len(before.losses)
    changes = [b - a for a, b in zip(before.losses, after.losses, strict=True)]
    delta = math.fsum(changes) / tokens
    if rows < 2:
        return delta, 2 * abs(delta)  # one row is no evidence, whatever it shows
    residuals = math.fsum((c - delta * n) ** 2 for c, n in zip(changes, before.tokens, strict=True))
    return delta, z_of(_LEVEL) * math.sqrt(residuals * rows / (rows - 1)) / tokens
