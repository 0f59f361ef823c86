"""The columns of a sweep's table: those that somebody measured, each with its name, its value and its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kit.i18n import N_, _
from kit.plots.metrics import metric, read
from kit.plots.titles import capital
from kit.plots.words import duration, half_width, number
from kit.result import Result

_QUALITIES = ("acc", "acc_norm", "exact_match", "f1", "rouge_l", "judge_score")
_MEMORIES = ("max_vram_reserved_mib", "max_ram_mib")
_TITLES = {
    "acc": N_("Accuracy"),
    "kld_mean": N_("KL"),
    "perplexity": N_("Perplexity"),
    "ttft_s": N_("TTFT"),
    "tpot_s": N_("TPOT"),
    "decode_tokens_per_s": N_("Tokens/s"),
    "max_ram_mib": N_("Memory"),
    "max_vram_reserved_mib": N_("GPU memory"),
    "file_size_mib": N_("File"),
    "bits_per_weight": N_("Bits"),
}
_ORDER = ("kld_mean", "perplexity", "ttft_s", "tpot_s", "decode_tokens_per_s", "", "file_size_mib", "bits_per_weight")
_ALWAYS = ("decode_tokens_per_s", "file_size_mib")  # and the first quality: what stays where the page is narrow


_EXACT = ("perplexity", "kld_mean")  # two digits would call different rows equal


@dataclass(frozen=True)
class Column:
    """One number of every row.

    Parameters
    ----------
    name : str
        The metric.
    title : str
        What stands above it.
    wide : bool
        Is it shown only where there is room, and else among the details of a row?
    """

    name: str
    title: str
    wide: bool

    @property
    def meaning(self) -> str:
        """What the title is short for."""
        return capital(metric(self.name).title)

    @property
    def more(self) -> bool:
        """Is more of it better?"""
        return metric(self.name).more


def columns(results: Iterable[Result]) -> list[Column]:
    """Return the columns that at least one of `results` has a value for."""
    rows = list(results)
    known = {name for name in (*_QUALITIES, *_MEMORIES, *_ORDER) if name and any(_has(row, name) for row in rows)}
    quality = [name for name in _QUALITIES if name in known][:1]
    memory = [name for name in _MEMORIES if name in known][:1]
    names = [*quality, *(each for name in _ORDER for each in ([name] if name else memory) if each in known)]
    kept = {*quality, *_ALWAYS} if quality else {"perplexity", *_ALWAYS}
    return [Column(name, _(_TITLES[name]) if name in _TITLES else _title(name), name not in kept) for name in names]


def _has(row: Result, name: str) -> bool:
    return read(row, name) is not None


def _title(name: str) -> str:
    return capital(metric(name).title)


def value(row: Result, name: str) -> float | None:
    """Return what a row measured of a metric: of raw samples their median."""
    found = read(row, name)
    return None if found is None else found.value


def value_words(row: Result, name: str) -> tuple[str, str]:
    """Return a value as it stands in the table, and half of its interval, or "" where there is none."""
    found = value(row, name)
    if found is None:
        return "–", ""
    error = row.metrics.get(f"{name}_stderr")
    kind = metric(name).kind
    within = half_width(error) if error is not None and kind == "share" else ""
    if kind == "token rate":  # the unit stands above
        return number(found), within
    if name == "bits_per_weight":
        return f"{found:.3g}", within
    if name in _EXACT:
        return _exactly(found), within
    return (duration(found) if kind == "time" else metric(name).said(found)), within


def _exactly(found: float) -> str:
    """Return a number with two decimals, or two digits where it is smaller than that."""
    return f"{found:.2f}" if found >= 0.1 or not found else number(found)


def in_order(rows: Sequence[Result], name: str, *, down: bool) -> list[Result]:
    """Return rows in the order of a metric, those without it last, whichever way; what is equal stays as it is."""
    keyed = [(value(row, name), row) for row in rows]
    known = sorted((pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0] or 0.0, reverse=down)
    return [row for _value, row in known] + [row for found, row in keyed if found is None]
