"""From paired scores to verdicts, one by one or several judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.errors import ParameterError
from kit.i18n import _
from kit.measure.bootstrap import DRAWS, Bootstrapped, paired_macro_f1, paired_means
from kit.measure.correction import Judgement, judge_all, judge_one, level_for_each
from kit.measure.paired import PairedShares
from kit.measure.pairing import Pairs
from kit.measure.saying import LOWER_IS_BETTER, difference_words, is_share, speed_words
from kit.measure.verdict import LEVEL, Verdict

_FEWEST = 8  # rows below which a bootstrap says nothing
_MOST_DRAWS = 5  # times those of one comparison: a tail of one in 400 is still told by 50 draws

Found = PairedShares | Bootstrapped


def verdict_of(
    right: Sequence[bool],
    reference: Sequence[bool],
    *,
    seconds: float | None = None,
    reference_s: float | None = None,
    level: float = LEVEL,
    comparisons: int = 1,
) -> Verdict:
    """Return the verdict on which rows a variant got right, against those of the reference.

    Parameters
    ----------
    right, reference : sequence of bool
        Which rows the variant and the reference got right; the same rows in the same order.
    seconds, reference_s : float, optional
        Median time of an answer of each.
    level : float
        Of confidence.
    comparisons : int
        How many comparisons this is one of.
    """
    n = len(right)
    if not n or n != len(reference):
        allowed = _("as many rows as reference has ({n}), at least one").format(n=len(reference))
        raise ParameterError("right", right, allowed=allowed, fix=_("Give both for the same rows, in the same order."))
    pairs = Pairs("acc", np.asarray(right, dtype=float), np.asarray(reference, dtype=float))
    return verdict_on(Compared(pairs, seconds=seconds, reference_s=reference_s), level=level, comparisons=comparisons)


@dataclass(frozen=True, eq=False)
class Compared:
    """Two evaluations, ready to be judged.

    Parameters
    ----------
    pairs : Pairs
        Their scores.
    name, reference : str
        What they are called.
    seconds, reference_s : float or None
        Median time of an answer of each.
    """

    pairs: Pairs
    name: str = ""
    reference: str = ""
    seconds: float | None = None
    reference_s: float | None = None

    @property
    def speed_ratio(self) -> float | None:
        """The reference's time over the variant's."""
        return self.reference_s / self.seconds if self.seconds and self.reference_s else None


def found_in(pairs: Pairs, comparisons: int = 1) -> Found:
    """Return what pairs of scores say: of 0/1 scores by their table, of others by the bootstrap."""
    new, reference = pairs.new, pairs.reference
    draws = DRAWS * min(max(comparisons, 1), _MOST_DRAWS)
    if _are_right_or_wrong(pairs):
        return PairedShares(
            int(((new == 1) & (reference == 0)).sum()), int(((new == 0) & (reference == 1)).sum()), len(new)
        )
    if not enough(pairs):
        allowed = _("0/1 scores, or scores of at least {n} rows").format(n=_FEWEST)
        raise ParameterError("metric", pairs.metric, allowed=allowed, fix=_("Evaluate both on more rows."))
    if pairs.gold is not None:
        return paired_macro_f1(pairs.gold.tolist(), new.tolist(), reference.tolist(), draws=draws)
    return paired_means(new.tolist(), reference.tolist(), draws=draws)


def enough(pairs: Pairs) -> bool:
    """Are there rows enough to say anything? Of 0/1 scores one is."""
    return len(pairs.new) >= (1 if _are_right_or_wrong(pairs) else _FEWEST)


def _are_right_or_wrong(pairs: Pairs) -> bool:
    return pairs.gold is None and {*pairs.new.tolist(), *pairs.reference.tolist()} <= {0.0, 1.0}


def verdict_on(compared: Compared, *, level: float = LEVEL, comparisons: int = 1) -> Verdict:
    """Return the verdict on two evaluations; on one of several comparisons, before the others are known."""
    found = found_in(compared.pairs, comparisons)
    return _verdict(compared, found, judge_one(found, level, comparisons), level)


def verdicts_on(compared: Sequence[Compared], *, level: float = LEVEL) -> list[Verdict]:
    """Return the verdicts on several comparisons, judged together."""
    found = [found_in(each.pairs, len(compared)) for each in compared]
    judged = judge_all(found, level)
    return [_verdict(*each, level) for each in zip(compared, found, judged, strict=True)]


def _verdict(compared: Compared, found: Found, judged: Judgement, level: float) -> Verdict:
    pairs = compared.pairs
    side = -judged.side if pairs.metric in LOWER_IS_BETTER else judged.side
    kind = ("no evidence", "better", "worse")[side]
    scores = pairs.scores
    words = (
        speed_words(compared.speed_ratio),
        difference_words(
            kind,
            pairs.metric,
            (found.difference, judged.low, judged.high),
            shares=is_share(pairs.metric, *scores),
            comparisons=judged.comparisons,
        ),
    )
    return Verdict(
        kind=kind,
        metric=pairs.metric,
        difference=found.difference,
        low=judged.low,
        high=judged.high,
        p_value=found.p_value,
        sentence=", ".join(part for part in words if part),
        speed_ratio=compared.speed_ratio,
        n=found.n,
        differing=found.differing,
        test=found.test,
        p_mid=found.p_mid if isinstance(found, PairedShares) else None,
        p_adjusted=judged.p_adjusted,
        comparisons=judged.comparisons,
        level=level,
        smallest=found.smallest(level_for_each(level, judged.comparisons)),
        score=scores[0],
        reference_score=scores[1],
        name=compared.name,
        reference=compared.reference,
    )
