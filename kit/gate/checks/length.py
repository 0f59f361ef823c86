"""How long rows are, as the model counts, and what would be cut off."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from kit.data.prompt import default_instruction
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag, Level, Part
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.gate.tokens import counter, frame
from kit.i18n import _, ngettext
from kit.report import Report

_BARS = 20
_MOST_LABELS = 50


class Length(Check):
    """Points at rows that are longer than the model reads, with the share of tokens that would be lost."""

    name = "length"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._count, self._tokenizer = counter(spec.model, Report(texts.folder))
        self._lengths = {"data": array("I"), "test": array("I")}
        self._numbers = {"data": array("Q"), "test": array("Q")}
        self._labels: dict[str, None] = {}

    def feed(self, rows: Sequence[Seen]) -> None:
        if not rows:
            return
        part = rows[0].part
        questions = self._count([seen.asked for seen in rows])
        answers = self._count([seen.row.answer for seen in rows])
        self._lengths[part].extend(q + a for q, a in zip(questions, answers, strict=True))
        self._numbers[part].extend(seen.number for seen in rows)
        for seen in rows:
            if len(self._labels) <= _MOST_LABELS and seen.row.answer and not (seen.row.accepted or seen.row.choices):
                self._labels[seen.row.answer] = None

    def finish(self, tell: Tell) -> Finding:
        """Return the lengths as a histogram, and the rows that do not fit."""
        few = len(self._labels) <= _MOST_LABELS
        parts: tuple[Part, ...] = ("data", "test")
        around = frame(self._tokenizer, default_instruction(sorted(self._labels)) if few else "")
        flags = [flag for part in parts for flag in self._too_long(part, around)]
        lengths = [length + around for length in self._lengths["data"]]
        numbers = self._histogram(lengths, around)
        ours = sum(flag.part == "data" for flag in flags)
        share = ours / max(len(lengths), 1)
        lost = sum(flag.score for flag in flags if flag.part == "data") / max(sum(lengths), 1)
        numbers |= {"too_long": ours, "share": share, "tokens_lost": lost}
        if not lengths:
            return Finding("length", "ok", _("There is no row to measure."), numbers=numbers)
        if not flags:
            summary = _("The longest row has {n} of {most} {unit}.").format(
                n=f"{max(lengths):,}", most=f"{self.spec.max_length:,}", unit=self._unit
            )
            return Finding("length", "ok", summary, numbers=numbers)
        summary = ngettext(
            "{n} row is longer than {most} {unit}: {lost:.1%} of all would be cut off.",
            "{n} rows are longer than {most} {unit}: {lost:.1%} of all would be cut off.",
            len(flags),
        ).format(n=f"{len(flags):,}", most=f"{self.spec.max_length:,}", unit=self._unit, lost=lost)
        level: Level = "warn" if share > self.spec.cut_share else "note"
        return Finding("length", level, summary, tuple(flags), numbers)

    @property
    def _unit(self) -> str:
        return _("tokens") if self._tokenizer is not None else _("tokens (a guess from its words)")

    def _too_long(self, part: Part, around: int) -> list[Flag]:
        most = self.spec.max_length
        words = _("{n} tokens, {more} more than fit")
        return [
            Flag(
                part,
                place,
                number,
                words.format(n=f"{length + around:,}", more=f"{length + around - most:,}"),
                (),
                length + around - most,
            )
            for place, (length, number) in enumerate(zip(self._lengths[part], self._numbers[part], strict=True))
            if length + around > most
        ]

    def _histogram(self, lengths: list[int], around: int) -> dict[str, Any]:
        if not lengths:
            return {}
        ordered = sorted(lengths)
        # A single long row would put all others into one bar: beyond what 99 of 100 rows have, the last bar is open.
        usual = max(ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)], min(self.spec.max_length, ordered[-1]))
        step = max(-(-usual // _BARS), 1)
        bars = [0] * (min(usual, ordered[-1]) // step + 1)
        for length in ordered:
            bars[min(length // step, len(bars) - 1)] += 1
        quantile = {f"p{q}": ordered[min(len(ordered) * q // 100, len(ordered) - 1)] for q in (50, 90, 99)}
        limit = {"max_length": self.spec.max_length, "exact": self._tokenizer is not None}
        return {"step": step, "bars": bars, **quantile, "longest": ordered[-1], "around": around, **limit}
