"""How far a variant's expectations are from the reference's, place by place of a text.

Accuracy moves when an answer tips over; these numbers move long before. The Kullback-Leibler divergence of the variant
from the reference, in nats, is 0 where both expect the same. What is reported is what llama.cpp's perplexity tool
prints with ``--kl-divergence``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

_ENOUGH_TEXTS = 10  # from which on texts are taken as the sample; fewer tell too little of how much texts differ
_SHARES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.999, 1.0)


@dataclass(frozen=True, eq=False)
class Places:
    """What a reference and a variant expect at some places, one number of each kind for each place.

    Parameters
    ----------
    text : ndarray of int
        Which text the place is in.
    token : ndarray of int
        The token that stands there.
    kld : ndarray of float
        The divergence of the variant from the reference, in nats.
    same_top : ndarray of bool
        Do both think the same token the likeliest?
    reference, variant : ndarray of float
        The log-probability of the token that stands there.
    """

    text: numpy.ndarray
    token: numpy.ndarray
    kld: numpy.ndarray
    same_top: numpy.ndarray
    reference: numpy.ndarray
    variant: numpy.ndarray

    @property
    def delta_p(self) -> numpy.ndarray:
        """By how much the probability of the token that stands there has grown."""
        grown: numpy.ndarray = numpy.exp(self.variant) - numpy.exp(self.reference)
        return grown

    def to_dict(self) -> dict[str, list[Any]]:
        """Return plain values, ready for JSON, in full precision."""
        return {name: values.tolist() for name, values in vars(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, list[Any]]) -> Places:
        """Make places from what `to_dict` returned."""
        return cls(**{name: numpy.array(column) for name, column in values.items()})


def joined(parts: Sequence[Places]) -> Places:
    """Return the places of all parts, in order."""
    return Places(**{name: numpy.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def kl_divergence(reference: numpy.ndarray, variant: numpy.ndarray) -> numpy.ndarray:
    """Return the divergence at each place.

    The sum of p log(p/q) - p + q, no term of which is negative: that both add up to 1 only up to rounding then matters
    to second order only. One place is worked on at a time, so that little memory is needed beside the two.

    Parameters
    ----------
    reference, variant : ndarray [n, vocabulary]
        Log-probabilities.
    """
    found = numpy.empty(len(reference))
    for place, (log_p, log_q) in enumerate(zip(reference, variant, strict=True)):
        p = numpy.exp(log_p)
        apart = numpy.zeros_like(log_p)
        numpy.subtract(log_p, log_q, out=apart, where=p > 0)
        found[place] = (p * apart - p + numpy.exp(log_q)).sum(dtype=numpy.float64)
    return numpy.maximum(found, 0.0)


def divergence_metrics(places: Places) -> dict[str, float]:
    """Return all numbers on how far a variant is from the reference.

    Standard errors take the texts as the sample where there are at least ten (places in one text resemble each other),
    else the places.
    """
    kld, delta, same = places.kld, places.delta_p, places.same_top.astype(float)
    share = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    rms = float(numpy.sqrt((delta**2).mean()))
    ratio = float(numpy.exp((places.reference - places.variant).mean()))
    return {
        **_mean("kld_mean", kld, places.text),
        **{f"kld_{name}": float(numpy.quantile(kld, q)) for name, q in share.items()},
        "kld_max": float(kld.max()),
        **_mean("same_top_p", same, places.text),
        **_mean("delta_p_mean", delta, places.text),
        **{f"delta_p_{name}": float(numpy.quantile(delta, q)) for name, q in {"p1": 0.01, "p10": 0.1, **share}.items()},
        "delta_p_rms": rms,
        "delta_p_rms_stderr": stderr(delta**2, places.text) / (2 * rms) if rms else 0.0,
        **_perplexity("reference_perplexity", places.reference, places.text),
        **_perplexity("variant_perplexity", places.variant, places.text),
        "perplexity_ratio": ratio,
        "perplexity_ratio_stderr": ratio * stderr(places.reference - places.variant, places.text),
    }


def kld_percentiles(places: Places) -> dict[str, float]:
    """Return the divergence below which each share of the places lies, by percentile, such as ``{"50": 0.002}``."""
    values = numpy.quantile(places.kld, _SHARES)
    return {f"{100 * share:g}": float(value) for share, value in zip(_SHARES, values, strict=True)}


def stderr(values: numpy.ndarray, text: numpy.ndarray) -> float:
    """Return the standard error of a mean over places: of a ratio of sums over texts, where there are enough."""
    away = values - values.mean()
    sums = numpy.bincount(numpy.unique(text, return_inverse=True)[1], weights=away)
    if len(sums) < _ENOUGH_TEXTS:
        sums = away
    n = len(sums)
    return math.sqrt(float((sums**2).sum()) * n / (n - 1)) / len(values) if n > 1 else 0.0


def _mean(name: str, values: numpy.ndarray, text: numpy.ndarray) -> dict[str, float]:
    return {name: float(values.mean()), f"{name}_stderr": stderr(values, text)}


def _perplexity(name: str, logprobs: numpy.ndarray, text: numpy.ndarray) -> dict[str, float]:
    value = math.exp(-float(logprobs.mean()))
    return {name: value, f"{name}_stderr": value * stderr(logprobs, text)}
