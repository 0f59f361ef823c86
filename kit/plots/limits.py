"""Which variants are good enough, fast enough and small enough: limits by metric name, and who meets them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _, ngettext
from kit.plots.metrics import METRICS, is_known, metric, read
from kit.plots.reading import rows_of, variant_name
from kit.result import Result

Limits = Mapping[str, float]


def within(results: Result | Sequence[Result], limits: Limits) -> list[Result]:
    """Return the variants that meet every limit, in their order.

    Parameters
    ----------
    results : Result or sequence of Result
        A sweep's result, what `kit.beside` returned, or measured variants.
    limits : mapping of str to float
        By metric name, in the metric's own unit: at least so much where more is better (``acc=0.8``), at most so much
        else (``e2el_s=0.2``, seconds; ``max_ram_mib=4096``, MiB). What was not measured meets no limit.

    Raises
    ------
    UnknownNameError
        There is no such metric.
    ParameterError
        A limit is no number.

    Examples
    --------
    >>> within(result, {"acc": 0.8, "e2el_s": 0.2})  # doctest: +SKIP
    """
    check_limits(limits)
    return [row for row in rows_of(results) if not missed(row, limits)]


def check_limits(limits: Limits) -> None:
    """Raise unless every limit is a number for a metric that is known."""
    for name, value in limits.items():
        if not is_known(name):
            raise UnknownNameError("limits", name, METRICS)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value == value:
            raise ParameterError(f"limits[{name!r}]", value, allowed=_("a number"))


@dataclass(frozen=True)
class Miss:
    """A limit that a variant does not meet; `value` is None where it was not measured."""

    name: str
    limit: float
    value: float | None

    @property
    def words(self) -> str:
        """What is wrong, in words."""
        known = metric(self.name)
        if self.value is None:
            return _("{what} not measured").format(what=known.title)
        text = _("{what} {value} instead of {limit}")
        return text.format(what=known.title, value=known.said(self.value), limit=known.said(self.limit))

    @property
    def share(self) -> float:
        """How far off, as a share of the limit."""
        return float("inf") if self.value is None else abs(self.value - self.limit) / (abs(self.limit) or 1.0)


def missed(result: Result, limits: Limits) -> list[Miss]:
    """Return the limits that a variant does not meet."""
    misses = []
    for name, limit in limits.items():
        reading = read(result, name)
        if reading is None or not metric(name).meets(reading.value, limit):
            misses.append(Miss(name, limit, None if reading is None else reading.value))
    return misses


def limit_words(name: str, limit: float) -> str:
    """Return a limit in words: "accuracy at least 0.80"."""
    known = metric(name)
    text = _("{what} at least {limit}") if known.more else _("{what} at most {limit}")
    return text.format(what=known.title, limit=known.said(limit))


def limits_sentence(results: Sequence[Result], limits: Limits) -> str:
    """Return how many variants meet the limits and which of them to look at first, or "" without limits or variants."""
    if not results or not limits:
        return ""
    met, n = within(results, limits), len(results)
    if not met:
        return f"{_none(n)} {_nearest(results, limits)}"
    if len(met) == 1:
        text = ngettext(
            "The only variant, {name}, meets your limits.", "1 of {n} variants meets your limits: {name}.", n
        )
        return text.format(n=n, name=variant_name(met[0]))
    best, word = smallest(met)
    all_or_some = _("All {n} variants meet your limits") if len(met) == n else _("{m} of {n} variants meet your limits")
    lead = all_or_some.format(m=len(met), n=n)
    return (
        _("{lead}; the {word} is {name}.").format(lead=lead, word=word, name=variant_name(best)) if word else f"{lead}."
    )


def _none(n: int) -> str:
    return ngettext("The only variant does not meet your limits.", "None of {n} variants meets your limits.", n).format(
        n=n
    )


def _nearest(results: Sequence[Result], limits: Limits) -> str:
    near = min(results, key=lambda row: (len(missed(row, limits)), sum(each.share for each in missed(row, limits))))
    words = ", ".join(each.words for each in missed(near, limits))
    if len(results) == 1:
        return words[:1].upper() + words[1:] + "."
    return _("{name} comes nearest: {words}.").format(name=variant_name(near), words=words)


def smallest(results: Sequence[Result]) -> tuple[Result, str]:
    """Return the variant that takes least, and in words of what: the first of memory, file and time that all know."""
    names = {
        "max_ram_mib": _("smallest"),
        "file_size_mib": _("smallest"),
        "e2el_s": _("fastest"),
        "ttft_s": _("fastest"),
    }
    for name, word in names.items():
        readings = [read(row, name) for row in results]
        values = [reading.value for reading in readings if reading is not None]
        if len(values) == len(results):
            return results[values.index(min(values))], word
    return results[0], ""
