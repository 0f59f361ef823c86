"""What would need less memory than a tuning that has no room here, of least harm first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kit.models import card_here
from kit.models.change import smaller
from kit.tuning.schedule import rows_at_a_time

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

_LEAST_LENGTH = 64  # tokens; a question cut shorter than this says little


def lighter_changes(spec: TuneSpec) -> Iterator[dict[str, Any]]:
    """Yield fields to change: fewer rows at a time and bf16, which change the result little or not, one process, ...

    ... then shorter questions, and last a smaller model of the family.
    """
    least: dict[str, Any] = {}
    for rows in _fewer_rows(spec):
        least = {"micro_batch_size": rows}
        yield least
    if spec.processes > 1:
        least = {**least, "processes": 1}
        yield {"processes": 1}
        yield least
    if spec.precision != "bf16":
        yield {"precision": "bf16"}
        least = {**least, "precision": "bf16"}
        yield least
    for length in _shorter(spec.max_length):
        yield {**least, "max_length": length}
    card = card_here(spec.model)
    for other in [] if card is None else smaller(card):
        yield {"model": other.name}
        yield {"model": other.name, **least}


def _fewer_rows(spec: TuneSpec) -> Iterator[int]:
    rows = rows_at_a_time(spec.batch_size, spec.micro_batch_size, spec.processes)
    yield from (n for n in range(rows // 2, 0, -1) if spec.batch_size % n == 0)


def _shorter(length: int) -> Iterator[int]:
    while length > _LEAST_LENGTH:
        length = max(length // 2, _LEAST_LENGTH)
        yield length
