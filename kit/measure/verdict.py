"""Is one variant really better than another? A paired answer, with "no evidence of a difference" among the answers."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

from kit.i18n import _
from kit.measure.paired import PairedShares
from kit.measure.saying import is_share, smallest_words, worst_words

LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A variant against a reference on the same rows.

    Parameters
    ----------
    kind : {"reference", "better", "worse", "no evidence"}
        Whether there is evidence of a difference: the interval, corrected, leaves 0 out.
    metric : str
        What was compared.
    difference, low, high : float
        The variant's score minus the reference's, and the interval; for shares as shares.
    p_value : float
        Of the test; not corrected.
    sentence : str
        All of it in words.
    speed_ratio : float or None
        The reference's time over the variant's: above 1 the variant is faster.
    n, differing : int
        Rows, and those that tell the two apart.
    test : str
        "exact McNemar" for 0/1 scores, else "paired bootstrap".
    p_mid : float or None
        McNemar's mid-p, which is less cautious than the exact one.
    p_adjusted : float
        What the decision follows: at most 1 - level for evidence, after correction.
    comparisons : int
        How many comparisons the interval and the decision are corrected for.
    level : float
        Of confidence, of the interval or of all intervals together.
    smallest : float or None
        The smallest true difference that so many rows would show four times in five.
    score, reference_score : float or None
        What the two reach on these rows.
    name, reference : str
        What the two are called.
    slices : tuple of Verdict
        The same for groups of rows, each named for its group; corrected for how many there are.
    """

    kind: str
    difference: float
    low: float
    high: float
    p_value: float
    sentence: str
    metric: str = "acc"
    speed_ratio: float | None = None
    n: int = 0
    differing: int = 0
    test: str = PairedShares.test
    p_mid: float | None = None
    p_adjusted: float = 1.0
    comparisons: int = 1
    level: float = LEVEL
    smallest: float | None = None
    score: float | None = None
    reference_score: float | None = None
    name: str = ""
    reference: str = ""
    slices: tuple[Verdict, ...] = ()

    @property
    def delta_acc(self) -> float:
        """The difference, as sweeps and panels call it."""
        return self.difference

    @property
    def delta_acc_low(self) -> float:
        """The low end of the interval."""
        return self.low

    @property
    def delta_acc_high(self) -> float:
        """The high end of the interval."""
        return self.high

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; a difference of shares is there as "delta_acc" too."""
        values = {name: value for name, value in asdict(self).items() if name != "slices"}
        if self.slices:
            values["slices"] = [each.to_dict() for each in self.slices]
        if self.shares:
            values |= {"delta_acc": self.difference, "delta_acc_low": self.low, "delta_acc_high": self.high}
        return values

    @property
    def shares(self) -> bool:
        """Is the metric a share, whose differences are told in points?"""
        return is_share(self.metric, self.score, self.reference_score)

    @property
    def worst(self) -> Verdict | None:
        """The slice that lost most, among those with evidence that they lost; None where no slice stands out."""
        lost = [each for each in self.slices if each.kind == "worse"]
        return max(lost, key=lambda each: abs(each.difference)) if lost else None

    @property
    def full(self) -> str:
        """Everything in one or two sentences: who, against whom, on how many rows, and what could have been seen."""
        lines = [self._said(), *(f"  {each._said(short=True)}" for each in self.slices)]
        return "\n".join([*lines, worst_words(self.worst.name if self.worst else "")] if self.slices else lines)

    def _said(self, *, short: bool = False) -> str:
        both = _("{name} against {reference}").format(name=self.name, reference=self.reference)
        who = both if self.name and self.reference else self.name
        rows = _("{n} rows").format(n=f"{self.n:,}") if self.n else ""
        head = ", ".join(part for part in (who, rows) if part)
        said = f"{head}: {self.sentence}." if head else f"{self.sentence}."
        if self.kind == "no evidence" and self.smallest is not None and not short:
            said += " " + smallest_words(self.smallest, shares=self.shares)
        return said

    def __repr__(self) -> str:
        return self.full

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{html.escape(each._said(short=True))}</li>" for each in self.slices)
        text = f"<p>{html.escape(self._said())}</p>"
        if not rows:
            return text
        return f"{text}<ul>{rows}</ul><p>{html.escape(worst_words(self.worst.name if self.worst else ''))}</p>"


def reference_verdict(name: str = "") -> Verdict:
    """Return the verdict on the reference itself."""
    return Verdict(
        kind="reference",
        difference=0.0,
        low=0.0,
        high=0.0,
        p_value=1.0,
        speed_ratio=1.0,
        sentence=_("reference"),
        name=name,
    )
