"""In the worker: decide what a tuning leaves open, once its rows are counted and before its model loads."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch.distributed as dist

from kit.engines.hf.prefix import shared_length
from kit.i18n import _
from kit.machine.facts import MIB
from kit.machine.speed import known_speed
from kit.models import ModelCard, card_here
from kit.report import Report
from kit.tuning.example import Example
from kit.tuning.fitting.deciding import TRIED, Choice, Decision, decide, sizes_of
from kit.tuning.fitting.kept import keep_decision, kept_decision
from kit.tuning.fitting.room import free_for_process, room_of_process
from kit.tuning.fitting.seconds import predicted_seconds
from kit.tuning.lengths import Rows
from kit.words import count

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


class Settled:
    """What a tuning leaves open, decided: the same in every process, and after a break as before it.

    Parameters
    ----------
    spec : TuneSpec
        As it was given.
    report : Report
        Told each choice with its reason; what was decided is kept in its folder.
    rows : Rows
        That are trained on.
    """

    def __init__(self, spec: TuneSpec, report: Report, rows: Rows) -> None:
        self._given, self._report, self.rows = spec, report, rows
        self._folder = report.folder / "checkpoint"
        self.decision: Decision = as_the_first(lambda: self._earlier() or self._decided(rows))
        card, speed = card_here(spec.model), known_speed()
        self._seconds = None if card is None or speed is None else predicted_seconds(self.spec, card, speed, rows)

    @property
    def spec(self) -> TuneSpec:
        """The tuning with nothing left open."""
        return self.decision.spec

    @property
    def facts(self) -> dict[str, Any]:
        """What a result says of it."""
        return {"choices": [choice.to_dict() for choice in self.decision.choices]}

    @property
    def foretold(self) -> dict[str, float]:
        """What is predicted of the tuning, by the names of what is measured; what is not known is left out."""
        peak, seconds = self.decision.peak_bytes, self._seconds
        found = {"peak_memory_mib": peak / MIB if peak else None, "training_s": seconds}
        return {name: value for name, value in found.items() if value is not None}

    def measured(self, rates: dict[int, float], chosen: int) -> None:
        """Take over the micro-batch that was found to be fastest.

        Parameters
        ----------
        rates : dict of int to float
            Tokens a second of each size that was tried.
        """
        others = ", ".join(f"{n}: {count(rate)}" for n, rate in sorted(rates.items()))
        why = _("Measured tokens a second by rows at a time: {rates}.").format(rates=others)
        choice = Choice("micro_batch_size", chosen, why)
        rest = tuple(each for each in self.decision.choices if each.field != choice.field)
        spec = self.spec.replace(micro_batch_size=chosen)
        self.decision = dataclasses.replace(self.decision, spec=spec, choices=(*rest, choice), sizes=(chosen,))
        self._keep()
        self._tell((choice,))

    def _earlier(self) -> Decision | None:
        return kept_decision(self._folder, self._given)

    def _decided(self, rows: Rows) -> Decision:
        card = card_here(self._given.model)
        decision = unknown(self._given) if card is None else decided_here(self._given, card, rows)
        if decision.choices:
            self.decision = decision
            self._keep()
            self._tell(decision.choices)
        return decision

    def _keep(self) -> None:
        if is_first():
            with contextlib.suppress(OSError):  # decided again then
                keep_decision(self._folder, self._given.key, self.decision)

    def _tell(self, choices: Sequence[Choice]) -> None:
        for choice in choices:
            self._report.message(f"{choice.field}={choice.value!r}: {choice.why}")
        self._report.record("choices", self.facts)


def told_estimate(settled: Settled, report: Report) -> None:
    """Tell what the tuning is predicted to take, where that is known."""
    if settled.foretold:
        report.record("estimate", settled.foretold)


def decided_here(spec: TuneSpec, card: ModelCard, rows: Rows) -> Decision:
    """Return `spec` decided for this machine, and where others use it now, for what they leave.

    What is free changes from minute to minute, so it decides only what gives the same result: rows at a time and
    checkpoints. Weights are quantized where the whole machine has no room for plain ones.
    """
    found = decide(spec, card, room_of_process(spec), rows)
    free = free_for_process(spec)
    if found.peak_bytes <= free:
        return found
    fixed = spec.replace(quantization=found.spec.quantization)
    tighter = decide(fixed, card, free, rows, may_quantize=False)
    first = tuple(choice for choice in found.choices if choice.field == "quantization")
    return dataclasses.replace(tighter, choices=(*first, *tighter.choices))


def unknown(spec: TuneSpec) -> Decision:
    """Return `spec` with the micro-batch and without checkpoints, for a model of which nothing is known."""
    sizes = sizes_of(spec)
    whole = spec.replace(
        micro_batch_size=sizes[0],
        gradient_accumulation_steps=None,
        gradient_checkpointing=bool(spec.gradient_checkpointing),
    )
    return Decision(whole, (), 0, 0.0, tuple(sizes[:TRIED]))


def counted_rows(examples: Sequence[Example]) -> Rows:
    """Return the lengths of `examples`, and of what all of them begin with."""
    questions = tuple(len(example.question) for example in examples)
    answers = tuple(len(example.answer) for example in examples)
    return Rows(questions, answers, shared=shared_length([example.question for example in examples]))


def as_the_first(decide_here: Callable[[], Any]) -> Any:
    """Return what `decide_here` returns in the first process, in all of them."""
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return decide_here()
    box = [decide_here() if is_first() else None]
    dist.broadcast_object_list(box, src=0)
    return box[0]


def is_first() -> bool:
    """Is this the first of the processes that train together, or the only one?"""
    return not dist.is_initialized() or dist.get_rank() == 0
