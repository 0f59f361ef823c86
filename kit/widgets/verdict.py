"""What a comparison came to, in words: how fast, how good, and which to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import htpy as h

from kit.i18n import _, ngettext
from kit.measure.one_answer import only_answer, only_answer_words
from kit.plots.reading import majority, variant_name
from kit.plots.words import count, points, share, times
from kit.result import Result

SAME_SPEED = (1 / 1.1, 1.1)  # ratios between these are called as fast, as in `kit.measure.verdict`


def verdict_of(result: Result) -> Mapping[str, Any]:
    """Return the verdict that stands in a row of a sweep, or an empty mapping."""
    verdict = result.facts.get("verdict")
    return verdict if isinstance(verdict, Mapping) else {}


def worth_it(result: Result) -> bool:
    """Is a variant faster than the reference, with no evidence of being worse, and does it tell labels apart at all?"""
    if only_answer(result):
        return False
    verdict = verdict_of(result)
    ratio = verdict.get("speed_ratio")
    return verdict.get("kind") in ("no evidence", "better") and ratio is not None and ratio > SAME_SPEED[1]


def verdict_words(verdict: Mapping[str, Any]) -> h.Node:
    """Return speed and accuracy against the reference in a few words."""
    if not verdict:
        return None
    if verdict.get("kind") == "reference":
        return _("reference")
    words = [part for part in (_speed(verdict), accuracy_words(verdict)) if part is not None]
    if not words:
        return str(verdict.get("sentence", ""))
    return h.fragment[words[0], [", ", words[1]] if len(words) > 1 else None]


def judgement(result: Result) -> h.Node:
    """Return the verdict on a row in a few words, after a warning where it gives every row the same label."""
    words = verdict_words(verdict_of(result))
    if not only_answer(result):
        return words
    warning = h.b(data_tone="warn")[only_answer_words(result)]
    return h.fragment[warning, " · ", words] if words else warning


def warnings(results: Sequence[Result]) -> h.Node:
    """Return which variants give every row the same label, or None."""
    same = [result for result in results if only_answer(result)]
    told = [_("{name} {words}").format(name=variant_name(result), words=only_answer_words(result)) for result in same]
    if not told:
        return None
    why = _(": its accuracy says only how frequent that label is.")
    if len(told) > 1:
        why = _(": their accuracy says only how frequent that label is.")
    return h.fragment[h.b(data_tone="warn")[", ".join(told)], h.span(".tb-mute")[why]]


def majority_words(results: Sequence[Result]) -> str:
    """Return what always giving the most frequent label reaches, in words, or "" where that is unknown."""
    base = majority([result for result in results if result.status == "finished"])
    return "" if base is None else _("Always giving the most frequent label: {acc}.").format(acc=share(base))


def _speed(verdict: Mapping[str, Any]) -> h.Node:
    ratio = verdict.get("speed_ratio")
    if ratio is None:
        return None
    if ratio < SAME_SPEED[0]:
        return h.b(data_tone="warn")[_("{ratio} slower").format(ratio=times(1 / ratio))]
    if ratio <= SAME_SPEED[1]:
        return _("as fast")
    return h.b[_("{ratio} faster").format(ratio=times(ratio))]


def accuracy_words(verdict: Mapping[str, Any]) -> h.Node:
    """Return how accuracy compares with that of the reference, in a few words, or None where nothing tells."""
    kind, delta = verdict.get("kind"), verdict.get("delta_acc")
    if kind == "no evidence":
        return _("no evidence of a difference")
    if kind not in ("worse", "better") or delta is None:
        return None
    n = points(delta)
    text = ngettext("{n} point", "{n} points", int(n)).format(n=n)
    ends = sorted(abs(verdict[end]) for end in ("delta_acc_low", "delta_acc_high") if verdict.get(end) is not None)
    within = _(" ({low} to {high})").format(low=points(ends[0]), high=points(ends[-1])) if ends else ""
    word = _("{text} worse") if kind == "worse" else _("{text} better")
    return h.fragment[h.b(data_tone="bad" if kind == "worse" else "ok")[word.format(text=text)], within]


def _in_full(result: Result) -> h.Node:
    """Return a verdict as a sentence with its subject; the interval follows in small."""
    verdict = verdict_of(result)
    rows = int(result.facts.get("rows") or 0)
    speed = _("{name} is {ratio} faster").format(name=variant_name(result), ratio=times(verdict["speed_ratio"]))
    if verdict.get("kind") == "better":
        text = _("{speed} and better").format(speed=speed)
    elif rows:
        text = _("{speed}; {n} paired rows show no evidence of a difference").format(speed=speed, n=count(rows))
    else:
        text = _("{speed}, with no evidence of a difference").format(speed=speed)
    ends = [verdict.get(end) for end in ("delta_acc", "delta_acc_low", "delta_acc_high")]
    if any(end is None for end in ends):
        return h.fragment[h.b[text], "."]
    delta, low, high = (f"{100 * float(end or 0):+.1f}".replace("-", "−") for end in ends)
    within = _(" ({delta} points, {low} to {high}).").format(delta=delta, low=low, high=high)
    return h.fragment[h.b[text], h.span(".tb-mute")[within]]


def recommendation(results: Sequence[Result]) -> h.Node:
    """Return which variant to take, as a sentence: the fastest without evidence of being worse, or the reference."""
    finished = [result for result in results if result.status == "finished"]
    if len(finished) < 2:
        return None
    reference = next((r for r in finished if verdict_of(r).get("kind") == "reference"), finished[0])
    good = [result for result in finished if worth_it(result)]
    if only_answer(reference):  # being no worse than that is nothing
        good = [result for result in good if verdict_of(result).get("kind") == "better"]
    if good:
        best = max(good, key=lambda result: float(verdict_of(result)["speed_ratio"]))
        return _in_full(best)
    if only_answer(reference):
        return _("Nothing here is worth taking yet: the reference gives every row the same label.")
    text = _("Stay with {name}: nothing here is clearly faster without being worse.")
    return h.b[text.format(name=variant_name(reference))]
