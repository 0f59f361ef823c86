"""What would have fitted where memory ran out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kit.models import ModelCard, card_here
from kit.tuning.estimate import estimate_of, micro_batch, peak_of
from kit.tuning.fitting.room import free_for_process
from kit.tuning.lengths import Load, Rows
from kit.tuning.lighter import lighter_changes

if TYPE_CHECKING:
    from kit.tuning.fitting.settling import Settled
    from kit.tuning.spec import TuneSpec

_SPARED = 0.4  # of what rows take: less would not make up for an estimate that was too low
_LEAST_LENGTH = 16  # tokens


@dataclass(frozen=True)
class Remedy:
    """Fields to change, empty where only a smaller model would help, and the peak that is then predicted."""

    changes: dict[str, Any] = field(default_factory=dict)
    peak_bytes: int | None = None


def remedy(settled: Settled) -> Remedy:
    """Return the change of least harm after which `settled` should fit in what is free now.

    It must need clearly less than what ran out, whose prediction was too low or whose memory others took.
    """
    spec = settled.spec
    card = card_here(spec.model)
    if card is None:
        return _halved(spec)
    rows = settled.rows
    asked = peak_of(spec, card, rows)
    floor = estimate_of(spec, card, Load(0, 0)).total_bytes
    most = asked - _SPARED * (asked - floor)
    tried = [(_peak(spec, changes, card, rows), changes) for changes in _changes(spec)]
    enough = [(peak, changes) for peak, changes in tried if peak <= most]
    free = free_for_process(spec)
    there = ((peak, changes) for peak, changes in enough if peak <= free)
    found = next(there, enough[0] if enough else None)
    return _halved(spec) if found is None else Remedy(found[1], found[0])


def _changes(spec: TuneSpec) -> list[dict[str, Any]]:
    return [changes for changes in lighter_changes(spec, may_quantize=True) if "model" not in changes]


def _peak(spec: TuneSpec, changes: dict[str, Any], card: ModelCard, rows: Rows) -> int:
    changed = spec.replace(**changes)
    return peak_of(changed, card, rows.cut(changed.max_length) if changed.max_length < spec.max_length else rows)


def _halved(spec: TuneSpec) -> Remedy:
    """Return half the rows, or half their length, for a model of which nothing is known."""
    size = micro_batch(spec) or spec.batch_size
    smaller = next((n for n in range(size // 2, 0, -1) if spec.batch_size % n == 0), None)
    if smaller is not None and smaller >= spec.processes:
        return Remedy({"micro_batch_size": smaller})
    if not spec.gradient_checkpointing:
        return Remedy({"gradient_checkpointing": True})
    if spec.max_length > _LEAST_LENGTH:
        return Remedy({"max_length": max(spec.max_length // 2, _LEAST_LENGTH)})
    return Remedy()
