"""Every number that is measured of a variant: its name in words, its unit, and whether more of it is better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kit.i18n import N_, _
from kit.plots.words import MB_PER_MIB, Z95, duration, memory, number, rate, share, size
from kit.result import Result

Kind = Literal["share", "score", "time", "token rate", "request rate", "memory", "size", "energy", "bits"]


@dataclass(frozen=True)
class Metric:
    """What one metric name stands for.

    Parameters
    ----------
    name : str
        As in results, such as ``ttft_s``.
    words : str
        What people call it, to be translated.
    kind : str
        Of what kind its values are: decides how they are written and in what unit they are typed.
    more : bool, default False
        Is more of it better?
    """

    name: str
    words: str
    kind: Kind
    more: bool = False

    @property
    def title(self) -> str:
        """What people call it, in the reader's language."""
        return _(self.words)

    def said(self, value: float) -> str:
        """Return a value as people read it, with its unit."""
        return _SAID[self.kind](value)

    @property
    def unit(self) -> str:
        """The unit in which a person types a value; "" where there is none."""
        unit = _TYPED[self.kind][0]
        return _(unit) if unit else ""

    def typed(self, value: float) -> str:
        """Return a value as a person would type it, three digits at most, in `unit`."""
        number = value * _TYPED[self.kind][1]
        return f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}"

    def meant(self, typed: float) -> float:
        """Return the value that a person means who typed a number in `unit`."""
        return typed / _TYPED[self.kind][1]

    def meets(self, value: float, limit: float) -> bool:
        """Is a value no worse than a limit?"""
        return value >= limit if self.more else value <= limit


_SAID = {
    "share": share,
    "score": number,
    "time": duration,
    "token rate": rate,
    "request rate": lambda value: _("{n} requests/s").format(n=number(value)),
    "memory": memory,
    "size": size,
    "energy": lambda value: _("{n} J").format(n=number(value)),
    "bits": number,
}
_TYPED: dict[Kind, tuple[str, float]] = {
    "share": ("%", 100.0),
    "score": ("", 1.0),
    "time": ("ms", 1000.0),
    "token rate": (N_("tokens/s"), 1.0),
    "request rate": (N_("requests/s"), 1.0),
    "memory": ("GB", MB_PER_MIB / 1000),
    "size": ("GB", MB_PER_MIB / 1000),
    "energy": ("J", 1.0),
    "bits": ("", 1.0),
}

QUALITIES = (
    Metric("acc", N_("accuracy"), "share", more=True),
    Metric("acc_norm", N_("accuracy, length-normalised"), "share", more=True),
    Metric("macro_f1", N_("macro-F1"), "share", more=True),
    Metric("exact_match", N_("exact match"), "share", more=True),
    Metric("f1", N_("F1 of the words"), "share", more=True),
    Metric("rouge_l", N_("ROUGE-L"), "share", more=True),
    Metric("judge_score", N_("score of the judge"), "score", more=True),
    Metric("perplexity", N_("perplexity"), "score"),
    Metric("word_perplexity", N_("perplexity per word"), "score"),
    Metric("byte_perplexity", N_("perplexity per byte"), "score"),
    Metric("bits_per_byte", N_("bits per byte"), "bits"),
    Metric("brier_score", N_("Brier score"), "score"),
    Metric("ece", N_("calibration error"), "share"),
    Metric("cost_mean", N_("mean cost of a row"), "score"),
    Metric("cost_mean_best_decision", N_("mean cost of a row, decided by cost"), "score"),
    Metric("same_top_p", N_("same first choice as the reference"), "share", more=True),
    Metric("log_loss", N_("log loss, nats"), "score"),
    Metric("kld_mean", N_("divergence from the reference, nats"), "score"),
    Metric("kld_p99", N_("divergence of the worst hundredth, nats"), "score"),
    Metric("perplexity_ratio", N_("perplexity over that of the reference"), "score"),
)
COSTS = (
    Metric("e2el_s", N_("time per answer"), "time"),
    Metric("ttft_s", N_("time to first token"), "time"),
    Metric("tpot_s", N_("time per token"), "time"),
    Metric("itl_s", N_("time between tokens"), "time"),
    Metric("max_ram_mib", N_("memory"), "memory"),
    Metric("max_vram_reserved_mib", N_("GPU memory"), "memory"),
    Metric("file_size_mib", N_("file size"), "size"),
    Metric("energy_j_per_token", N_("energy per token"), "energy"),
    Metric("energy_j_per_request", N_("energy per answer"), "energy"),
    Metric("decode_tokens_per_s", N_("tokens written per second"), "token rate", more=True),
    Metric("prefill_tokens_per_s", N_("tokens read per second"), "token rate", more=True),
    Metric("output_throughput", N_("tokens per second, all users"), "token rate", more=True),
    Metric("request_throughput", N_("requests per second"), "request rate", more=True),
    Metric("goodput", N_("requests per second in time"), "request rate", more=True),
    Metric("goodput_share", N_("requests answered in time"), "share", more=True),
)
_OTHERS = (
    Metric("delta_acc", N_("difference in accuracy"), "share", more=True),
    Metric("bits_per_weight", N_("bits per weight"), "bits"),
    Metric("load_max_ram_mib", N_("memory while loading"), "memory"),
)
METRICS = {metric.name: metric for metric in (*QUALITIES, *COSTS, *_OTHERS)}


@dataclass(frozen=True)
class Reading:
    """A value with what it stands between: a 95 % interval or, of times, from the median to the 95th percentile."""

    value: float
    low: float
    high: float


def metric(name: str) -> Metric:
    """Return what is known of a metric; one that nobody has described is a number where more is better.

    That of a task, such as ``arc_easy/acc``, is the metric after the stroke.
    """
    task, _stroke, base = name.rpartition("/")
    found = METRICS.get(base) or Metric(base, base, "score", more=True)
    if not task:
        return found
    return replace(found, name=name, words=f"{task}: {found.title}")


def is_known(name: str) -> bool:
    """Is a metric, or that of a task, one that is described here?"""
    return name.rpartition("/")[2] in METRICS


def read(result: Result, name: str) -> Reading | None:
    """Return what `result` measured of a metric, or None.

    Raw samples give their median; a share's interval is cut at 0 and 1.
    """
    samples = result.measurements.get(name)
    if samples is not None:
        low, high = sorted((samples.p50, samples.percentile(5 if metric(name).more else 95)))
        return Reading(samples.p50, low, high)
    value = result.metrics.get(name)
    if value is None:
        return None
    half = Z95 * result.metrics.get(f"{name}_stderr", 0.0)
    low, high = value - half, value + half
    low = max(low, 0.0) if value >= 0 else low
    return Reading(value, low, min(high, 1.0) if metric(name).kind == "share" else high)


def measured_by_all(results: Sequence[Result], among: Iterable[Metric]) -> list[str]:
    """Return the names of those metrics that every one of `results` has; where there are none, that any has.

    Those of tasks are among them where the metric after their stroke is among `among`.
    """
    wanted = [each.name for each in among]
    told = {name for result in results for name in result.metrics if "/" in name}
    names = wanted + sorted(name for name in told if name.rpartition("/")[2] in wanted)
    known = {name: [read(result, name) is not None for result in results] for name in names}
    return [name for name, has in known.items() if has and all(has)] or [
        name for name, has in known.items() if any(has)
    ]


def has_interval(results: Sequence[Result], name: str) -> bool:
    """Does one of `results` know how sure it is of a metric?"""
    return any(f"{name}_stderr" in result.metrics for result in results)
