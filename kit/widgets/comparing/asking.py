"""One question put to several variants by a run: what each has said so far."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from kit.engines.spec import Variant
from kit.errors import KitError
from kit.jobs import Run, Status
from kit.measure.spec import AnswerSpec
from kit.plots.reading import variant_name
from kit.result import Result


@dataclass(frozen=True)
class Answer:
    """What one variant has said so far.

    `state` is "", "queued", "waiting", "loading", "asked" (of the service, `note` says how it stands), "writing",
    "done", "cut short", "failed" (`note` says why) or "not served" (nobody here may ask it).
    """

    variant: str
    text: str = ""
    state: str = ""
    phase: str = ""
    ttft_s: float | None = None
    tokens_per_s: float | None = None
    note: str = ""


def answers_of(run: Run, status: Status, names: Sequence[str]) -> list[Answer]:
    """Return what each variant that was asked has said so far; `names` are what the panel calls them."""
    spec = run.spec
    assert isinstance(spec, AnswerSpec)
    return [_answer(place, names, status) for place in range(len(spec.variants))]


def names_of(spec: AnswerSpec, rows: Sequence[Result]) -> list[str]:
    """Return what the panel calls the variants that were asked: as the rows that they are, where those are here."""
    known: dict[Variant, str] = {}
    for row in rows:
        with contextlib.suppress(KitError):
            known.setdefault(variant_of(row, ""), variant_name(row))
    return [known.get(variant, variant.name) for variant in spec.variants]


def variant_of(row: Result, model: str) -> Variant:
    """Return the variant that `row` measured; `model` is that of its sweep, where the row does not tell."""
    held = row.spec.get("variant")
    return Variant.from_dict(held) if isinstance(held, dict) else Variant(model=model, method=variant_name(row))


def _answer(place: int, names: Sequence[str], status: Status) -> Answer:
    """Return the answer at `place`; variants answer in order and report text by place."""
    said = status.records.get("answer", [])
    done = {str(record.get("part", n)): record for n, record in enumerate(said)}  # one said again counts once
    name = names[place]
    if str(place) in done:
        record = done[str(place)]
        speeds = record.get("ttft_s"), record.get("tokens_per_s")
        return Answer(name, str(record.get("text", "")), "done", "", *speeds)
    text = status.texts.get(str(place), "")
    if status.over:
        return Answer(name, text, "cut short")
    if status.state == "queued":
        return Answer(name, text, "queued")
    if place > len(done):
        return Answer(name, "", "waiting", names[place - 1])
    return Answer(name, text, "writing" if text else "loading", status.phase)
