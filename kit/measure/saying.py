"""The words of verdicts."""

from __future__ import annotations

from typing import Protocol

from kit.i18n import N_, _

_SAME_SPEED = 0.20  # variants are timed one after another: less than this may be the machine, not the method

# What is no share although its values may all lie between 0 and 1; of most of these, less is better.
LOWER_IS_BETTER = frozenset(
    {
        "brier_score",
        "byte_perplexity",
        "bits_per_byte",
        "cost_mean",
        "cost_mean_best_decision",
        "kld_mean",
        "log_loss",
        "perplexity",
        "word_perplexity",
    }
)
_SCORES = LOWER_IS_BETTER | {"logprob", "loglikelihood"}
_METRICS = {
    "acc": N_("accuracy"),
    "acc_norm": N_("length-normalised accuracy"),
    "brier_score": N_("Brier score"),
    "cost_mean": N_("cost"),
    "exact_match": N_("exact matches"),
    "f1": N_("F1"),
    "judge": N_("what the judge says"),
    "log_loss": N_("log loss"),
    "loglikelihood": N_("log-likelihood"),
    "logprob": N_("log-probability of the right answer"),
    "macro_f1": N_("macro-F1"),
    "rouge_l": N_("ROUGE-L"),
}


def is_share(metric: str, *values: float | None) -> bool:
    """Is a metric with these values a share, whose differences are told in points?"""
    return metric not in _SCORES and all(value is None or 0 <= value <= 1 for value in values)


class _Slice(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def gap(self) -> float | None: ...

    @property
    def gap_low(self) -> float | None: ...

    @property
    def gap_high(self) -> float | None: ...


def metric_words(metric: str) -> str:
    """Return what a metric is called in a sentence."""
    return _(_METRICS[metric]) if metric in _METRICS else metric


def speed_words(ratio: float | None) -> str:
    """Return how fast a variant is, by the reference's time over its own."""
    if ratio is None:
        return ""
    if ratio > 1 + _SAME_SPEED:
        return _("{ratio:.1f}× faster").format(ratio=ratio)
    if ratio < 1 / (1 + _SAME_SPEED):
        return _("{ratio:.1f}× slower").format(ratio=1 / ratio)
    return _("as fast")


def difference_words(
    kind: str, metric: str, numbers: tuple[float, float, float], *, shares: bool, comparisons: int = 1
) -> str:
    """Return a difference in words.

    Parameters
    ----------
    kind : {"better", "worse", "no evidence"}
    metric : str
    numbers : tuple of float
        The difference and the ends of its interval.
    shares : bool
        Are they shares, to be told in points?
    comparisons : int
        How many comparisons the interval is corrected for.
    """
    low, high = (number_words(x, shares, signed=True) for x in numbers[1:])
    span = _("{low} to {high} points") if shares else _("{low} to {high}")
    span = span.format(low=low, high=high) + corrected_words(comparisons)
    if kind == "no evidence":
        return _("no evidence of a difference in {what} ({span})").format(what=metric_words(metric), span=span)
    size = number_words(abs(numbers[0]), shares)
    if shares:
        size = _("{n} points").format(n=size)
    word = _("{size} better") if kind == "better" else _("{size} worse")
    within = "" if metric == "acc" else " " + _("in {what}").format(what=metric_words(metric))
    return f"{word.format(size=size)}{within} ({span})"


def corrected_words(comparisons: int) -> str:
    """Return for how many comparisons something is corrected, to be put behind an interval."""
    return _(", after correction for {n} comparisons").format(n=comparisons) if comparisons > 1 else ""


def worst_words(name: str) -> str:
    """Return which slice lost most, as a sentence."""
    return _("The worst slice is {name}.").format(name=name) if name else _("No slice stands out as worse.")


def slices_words(worst: _Slice | None, metric: str, n: int, comparisons: int) -> str:
    """Return which slice of `n` rows stands out as worst, as a sentence, or that none does."""
    what = metric_words(metric)
    if worst is None:
        text = _("No slice of these {n:,} rows stands out as worse in {what}{corrected}.")
        return text.format(n=n, what=what, corrected=corrected_words(comparisons))
    shares = is_share(metric, abs(worst.gap or 0.0))
    gap, low, high = (number_words(x or 0.0, shares, signed=True) for x in (worst.gap, worst.gap_low, worst.gap_high))
    unit = _("{gap} points") if shares else "{gap}"
    text = _("The worst slice is {name}: {gap} in {what} against all other rows ({low} to {high}{corrected}).")
    return text.format(
        name=worst.name,
        gap=unit.format(gap=gap),
        what=what,
        low=low,
        high=high,
        corrected=corrected_words(comparisons),
    )


def smallest_words(smallest: float, *, shares: bool) -> str:
    """Return what so many rows could have shown, as a sentence."""
    size = number_words(smallest, shares)
    size = _("{n} points").format(n=size) if shares else size
    return _("So many rows would show a true difference of {size} four times in five.").format(size=size)


def number_words(x: float, shares: bool, *, signed: bool = False) -> str:
    """Return a number as sentences have it: shares in hundredths with one digit, others with three digits."""
    x = round(100 * x, 1) if shares else float(f"{x:.3g}")
    return f"{x + 0.0:{'+' if signed else ''}g}"
