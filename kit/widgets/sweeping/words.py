"""What the rows of a sweep come to, in words: their verdict, or why they have none."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from kit.i18n import _
from kit.measure.one_answer import only_answer, only_answer_words
from kit.models.estimates import METHOD_BITS
from kit.plots.reading import variant_name
from kit.plots.words import count, points, times
from kit.result import Result
from kit.widgets.verdict import SAME_SPEED, accuracy_words, verdict_of

_FULL = 16.0  # bits from which on precision is called full


def full_precision(result: Result) -> bool:
    """Does a row hold its weights in 16 bits or more?"""
    return METHOD_BITS.get(method_of(result), 0.0) >= _FULL


def method_of(result: Result) -> str:
    """Return the method of a row; its name may hold the model, too."""
    return variant_name(result).rpartition(" ")[2]


def verdict_line(result: Result, reference: Result | None) -> h.Node:
    """Return the verdict on a row, after a warning where it gives every text the same label.

    Parameters
    ----------
    result : Result
    reference : Result, optional
        That it was compared with.
    """
    words = _verdict(result, reference)
    if not only_answer(result):
        return words
    warning = h.b(data_tone="warn")[only_answer_words(result)]
    return h.fragment[warning, " · ", words] if words else warning


def _verdict(result: Result, reference: Result | None) -> h.Node:
    verdict = verdict_of(result)
    if not verdict:
        return None
    if verdict.get("kind") == "reference":
        return _("reference")
    ratio = verdict.get("speed_ratio")
    told = [each for each in (_speed(ratio, result, reference), _quality(verdict)) if each is not None]
    if not told:
        return str(verdict.get("sentence", ""))
    return h.fragment[told[0], [", ", told[1]] if len(told) > 1 else None]


def _speed(ratio: float | None, result: Result, reference: Result | None) -> h.Node:
    if ratio is None:
        return None
    if ratio > SAME_SPEED[1]:
        return h.b[_("{ratio} faster").format(ratio=times(ratio))]
    if ratio >= SAME_SPEED[0]:
        return _("as fast")
    slower = _("{ratio} slower").format(ratio=times(1 / ratio))
    if reference is not None and full_precision(reference) and not full_precision(result):
        slower = _("{ratio} slower than full precision").format(ratio=times(1 / ratio))
    return h.b(data_tone="warn")[slower]


def _quality(verdict: Mapping[str, object]) -> h.Node:
    words = accuracy_words(verdict)
    if words is None or verdict.get("kind") not in ("worse", "better"):
        return words
    return h.fragment[words, _(": a real difference")]


def given_up_words(result: Result) -> str:
    """Return why a variant was given up, such as "given up after 80 of 400 rows: more than 10 points worse"."""
    told = result.facts.get("given_up")
    if not isinstance(told, Mapping):
        return _("given up")
    read, rows = (count(int(told.get(name) or 0)) for name in ("read", "rows"))
    text = _("given up after {read} of {rows} rows: more than {points} points worse")
    return text.format(read=read, rows=rows, points=points(float(told.get("margin") or 0.0)))


def given_up_reason(result: Result) -> str:
    """Return why a variant was given up in full, with the chance that this is wrong, or ""."""
    told = result.facts.get("given_up")
    return str(told.get("reason") or "") if isinstance(told, Mapping) else ""


def left_out_words(result: Result | None) -> str:
    """Return why a variant was not measured, of a sweep that is over."""
    told = None if result is None else result.facts.get("left_out")
    if isinstance(told, Mapping):
        told = told.get("sentence")
    if isinstance(told, str) and told:
        return told
    return _("not measured: the sweep ended before") if result is None else _("left out: there was no time for it")
