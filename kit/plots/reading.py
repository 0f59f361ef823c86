"""What figures and tables read off the result of one measured variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Status
from kit.measure.one_answer import only_answer, only_answer_words
from kit.plots.metrics import metric
from kit.plots.words import Z95, duration, half_width, memory
from kit.result import Measurement, Result

LATENCIES = ("e2el_s", "ttft_s", "tpot_s")


def variant_name(result: Result) -> str:
    """Return how tables and plots call the variant that `result` measured."""
    return str(result.facts.get("variant") or result.facts.get("method") or result.spec.get("method") or "?")


def rows_of(results: Result | Sequence[Result]) -> list[Result]:
    """Return the finished rows of a sweep's result, or of a list of results."""
    parts = results.parts if isinstance(results, Result) else results
    return [part for part in parts if part.status == "finished"]


def said_rows(status: Status) -> list[Result]:
    """Return every row that a sweep has said so far; one that a later attempt said again counts once."""
    said = [Result.from_dict(data) for data in status.records.get("variant", [])]
    return list({variant_name(row): row for row in said}.values())


def accuracy(result: Result) -> tuple[float, float, float] | None:
    """Return accuracy and the ends of its 95 % interval, cut at 0 and 1, or None where it was not measured."""
    value = result.metrics.get("acc")
    if value is None:
        return None
    half = Z95 * result.metrics.get("acc_stderr", 0.0)
    return value, max(value - half, 0.0), min(value + half, 1.0)


def latency(result: Result, name: str | None = None) -> Measurement | None:
    """Return the raw times named `name`, or the first kind of latency that was measured."""
    names = LATENCIES if name is None else (name,)
    return next((result.measurements[n] for n in names if n in result.measurements), None)


def common_latency(results: Sequence[Result]) -> str | None:
    """Return the first kind of latency that all `results` have."""
    return next((n for n in LATENCIES if results and all(n in r.measurements for r in results)), None)


def latency_title(name: str) -> str:
    """Return what a kind of latency is, in words."""
    return metric(name).title


def majority(results: Sequence[Result]) -> float | None:
    """Return the accuracy of always giving the most frequent label, or None where it is unknown or not one number."""
    known = {float(value) for result in results if (value := result.facts.get("majority_acc")) is not None}
    return known.pop() if len(known) == 1 else None


def sentence(result: Result, name: str | None, quality: str = "acc") -> str:
    """Return the facts of one variant as a sentence: the text alternative of its marks."""
    said = []
    known = metric(quality)
    if result.metrics.get(quality) is not None:
        error = result.metrics.get(f"{quality}_stderr")
        within = f" {half_width(error)}" if error is not None else ""
        said.append(f"{known.title} {known.said(result.metrics[quality])}{within}")
    times = latency(result, name) if name else None
    if times is not None:
        p50, p95 = duration(times.p50), duration(times.p95)
        said.append(_("{what} {p50}, 95th percentile {p95}").format(what=latency_title(times.name), p50=p50, p95=p95))
    elif name and name != "max_ram_mib" and name in result.metrics:
        said.append(f"{metric(name).title} {metric(name).said(result.metrics[name])}")
    if "max_ram_mib" in result.metrics:
        said.append(_("memory {memory}").format(memory=memory(result.metrics["max_ram_mib"])))
    if only_answer(result):
        said.append(only_answer_words(result))
    return f"{variant_name(result)}: {', '.join(said)}"


def fact(source: object, name: str, *, allowed: str) -> dict[str, Any]:
    """Return what a result tells under `name`, or raise a `ParameterError` that says what `source` must be."""
    found = source.facts.get(name) if isinstance(source, Result) else None
    if not found:
        raise ParameterError("source", source, allowed=allowed)
    return dict(found)


def foretold_words(result: Result, name: str) -> str:
    """Return what was predicted of a metric before it was measured, as in "predicted 0.7 GB", or ""."""
    told = (result.facts.get("foretold") or {}).get(name)
    return _("predicted {value}").format(value=metric(name).said(told)) if told else ""
