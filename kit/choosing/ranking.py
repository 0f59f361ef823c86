"""The order of options: what was measured on this data first, by paired verdicts; the rest by guess.

What gave every row of this data the same label comes last: it was seen to tell nothing apart, and its accuracy can
still be the highest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.choosing.evidence import Evidence
from kit.choosing.guess import lost
from kit.choosing.options import Option
from kit.i18n import _


@dataclass(frozen=True)
class Placed:
    """An option in its place, with why it is there."""

    option: Option
    evidence: Evidence
    why: str


def ranked(found: Sequence[tuple[Option, Evidence]], guessed: Mapping[str, float]) -> list[Placed]:
    """Return options in order.

    Parameters
    ----------
    found : sequence of (Option, Evidence)
    guessed : mapping of str to float
        From `guesses`, by model.
    """
    here = [pair for pair in found if pair[1].kind == "this data"]
    measured = [pair for pair in here if not pair[1].only_answer]
    blind = [pair for pair in here if pair[1].only_answer]
    others = [pair for pair in found if pair[1].kind != "this data"]
    others.sort(key=lambda pair: (-(guessed[pair[0].card.name] - lost(pair[0].method)), *_cost(pair[0])))
    able = [*_by_verdict(measured), *(Placed(*pair, _guessed(pair[0].card.tags)) for pair in others)]
    blind.sort(key=lambda pair: (-_goodness(pair[1]), *_cost(pair[0])))
    return [*able, *(Placed(*pair, _blind(pair[1].only_answer, bool(able))) for pair in blind)]


def best_option(options: Sequence[Option]) -> Option:
    """Return the option of one model to offer where none was measured: comfortable, most bits up to 16, then fewest."""
    return min(
        options,
        key=lambda each: (each.fit.state != "fits", lost(each.method), _pace(each), round(each.memory_bytes, -8)),
    )


def _pace(option: Option) -> float:
    """Return a step for each quarter that it takes longer: what differs by less is not chosen for its speed."""
    seconds = option.seconds("tpot_s")
    return float("inf") if not seconds else round(math.log(seconds) / math.log(1.25))


def _cost(option: Option) -> tuple[float, float]:
    seconds = option.seconds("tpot_s")
    return (float("inf") if seconds is None else seconds, option.memory_bytes)


def _by_verdict(pairs: Sequence[tuple[Option, Evidence]]) -> list[Placed]:
    """Return those measured on this data: the best, with all that there is no evidence against, then the rest."""
    left = sorted(pairs, key=lambda pair: -_goodness(pair[1]))
    placed: list[Placed] = []
    while left:
        leader, others = left[0], left[1:]
        same = _no_evidence(leader[1], [evidence for _option, evidence in others])
        group = [leader, *(pair for pair, equal in zip(others, same, strict=True) if equal)]
        group.sort(key=lambda pair: _cost(pair[0]))
        first = placed[0] if placed else None
        placed += [Placed(*pair, _measured(pair, group, first)) for pair in group]
        left = [pair for pair, equal in zip(others, same, strict=True) if not equal]
    return placed


def _goodness(evidence: Evidence) -> float:
    value = evidence.value or 0.0
    return -value if evidence.own is not None and evidence.own.lower_is_better else value


def _no_evidence(leader: Evidence, others: Sequence[Evidence]) -> list[bool]:
    """Tell of each whether there is no evidence that it differs from the leader; judged together."""
    if not others:
        return []
    from kit.measure.judging import verdicts_on  # statistics load numpy: only where they are used
    from kit.measure.versus import comparable

    assert leader.own is not None
    compared = [comparable(each.own.result, leader.own.result) if each.own else None for each in others]
    judged = iter(verdicts_on([each for each in compared if each is not None]))
    return [
        _overlap(each, leader) if pair is None else next(judged).kind == "no evidence"
        for each, pair in zip(others, compared, strict=True)
    ]


def _overlap(one: Evidence, other: Evidence) -> bool:
    """Do the intervals of two that were not measured on the same rows overlap? Without intervals they do."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return True
    return one.metric == other.metric and one.low <= other.high and other.low <= one.high


def _measured(pair: tuple[Option, Evidence], group: Sequence[tuple[Option, Evidence]], first: Placed | None) -> str:
    others = [f"{o.card.title} {o.method}" for o, _evidence in group if o is not pair[0]]
    words = []
    if first is not None:
        name = f"{first.option.card.title} {first.option.method}"
        words.append(_("There is evidence that it is worse than {name}.").format(name=name))
    if others and pair is group[0]:
        words.append(
            _("No evidence of a difference from {others}; first of these for speed and memory.").format(
                others=", ".join(others)
            )
        )
    elif others:
        leader = f"{group[0][0].card.title} {group[0][0].method}"
        words.append(_("No evidence of a difference from {name}, which is faster or smaller.").format(name=leader))
    elif first is None:
        words.append(_("The best that was measured."))
    return " ".join(words)


def _blind(label: str, last: bool) -> str:
    told = _("It always answers '{label}'.").format(label=label)
    return told + (_(" So it comes after all that may tell rows apart.") if last else "")


def _guessed(special: Sequence[str]) -> str:
    if special:
        return _("It was made for one field ({tags}), and is guessed to be worse at others.").format(
            tags=", ".join(special)
        )
    return ""  # the evidence says what its place rests on, and what is uncertain how far that goes
