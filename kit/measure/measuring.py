"""What every spec that measures says alike: what to measure, how rows are asked, and how answers are timed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from kit.data import Dataset, DataSpec
from kit.engines.spec import Variant
from kit.errors import UnknownNameError
from kit.i18n import N_
from kit.measure.asked import check_asked, look_at_rows
from kit.measure.costs import Cost, check_costs
from kit.measure.harness import check_tasks
from kit.measure.judge import JudgeSpec
from kit.measure.loads import LoadSpec
from kit.measure.needs import evaluation_needs
from kit.spec import Needs, Spec, param

USUAL = ("accuracy", "perplexity", "latency", "memory")  # measured where nothing else is asked for
MEASURES = (*USUAL, "energy", "reference")


@dataclass(frozen=True, kw_only=True)
class MeasuringSpec(Spec):
    """The fields shared by specs that measure variants, and what is checked of them.

    Fields come in the order of the bases, last base first: a spec whose own fields are to stand before these keeps them
    in a base that it names after this one.
    """

    measures: tuple[str, ...] = param(USUAL, label=N_("Measures"), help=N_("What to measure on the data"), empty=False)
    tasks: tuple[str, ...] = param(
        (), label=N_("Tasks"), help=N_("Of lm-evaluation-harness: names, or YAML files of your own")
    )
    task_limit: int | None = param(None, label=N_("Task rows at most"), help=N_("The first rows of each task"), low=1)
    task_chat: bool = param(
        False, label=N_("Tasks as chat"), help=N_("Put tasks through the chat template; published numbers rarely do")
    )
    shots: int = param(
        0,
        label=N_("Examples"),
        help=N_("Solved ones before each question; for tasks, 0: as the task says"),
        low=0,
        high=64,
    )
    shots_data: DataSpec | None = param(
        None,
        label=N_("Examples from"),
        help=N_("Left out, the train part of the same rows, where the test part is asked"),
    )
    chat: bool = param(
        True, label=N_("As chat"), help=N_("Through the model's chat template; else as plain text, as lm-eval asks")
    )
    answer_tokens: int = param(
        64, label=N_("Answer tokens"), help=N_("Written in each answer at most"), unit="tokens", low=1, high=8192
    )
    slices: tuple[str, ...] = param(
        (), label=N_("Slices"), help=N_("Columns by which groups of rows are compared, beside label and length")
    )
    judge: JudgeSpec | None = param(None, label=N_("Judge"), help=N_("A model that gives each written answer a number"))
    batch_size: int = param(32, label=N_("Batch size"), help=N_("Rows scored at a time"), low=1, high=4096)
    requests: int = param(
        10,
        label=N_("Requests"),
        help=N_("Answers of each variant timed under each load, after some to warm up"),
        low=1,
        high=1000,
    )
    new_tokens: int = param(32, label=N_("New tokens"), help=N_("Written in each timed answer"), low=2, high=4096)
    load: LoadSpec = param(LoadSpec(), label=N_("Load"), help=N_("How requests come in while answers are timed"))
    reference_tokens: int = param(
        2048,
        label=N_("Reference tokens"),
        help=N_("Places where a variant is compared with another, for the measure reference"),
        low=2,
        high=1_000_000,
    )
    costs: tuple[Cost, ...] = param((), label=N_("Costs"), help=N_("Of mistakes, where they do not all cost the same"))

    def measuring(self) -> dict[str, Any]:
        """Return the shared fields, to hand them on to another spec that measures."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(MeasuringSpec)}

    def check_measuring(self, data: DataSpec | None) -> None:
        """Raise unless the shared fields fit each other and `data`."""
        check_measures(self.measures)
        check_asked(data, shots=self.shots, shots_data=self.shots_data, judge=self.judge, slices=self.slices)
        check_costs(self.costs)

    def look_at_data(self, data: DataSpec | None) -> Dataset | None:
        """Return the rows, after making sure that tasks, slices, examples and costs can be had with them."""
        rows = look_at_rows(data, self.slices, shots=self.shots, shots_data=self.shots_data)
        check_tasks(self.tasks)
        check_costs(self.costs, None if rows is None else rows.labels)
        return rows

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room  # asked in the worker only

        return check_room(self, needs)

    def with_fewer_rows(self) -> Iterator[tuple[Self, str]]:
        """Yield copies that score fewer rows at a time: the same numbers, later."""
        rows = self.batch_size
        while rows > 1:
            rows //= 2
            yield self.replace(batch_size=rows), f"batch_size={rows}"

    def needs_of(self, variants: Sequence[Variant], data: DataSpec | None, *, making: bool = True) -> Needs:
        """Return what measuring `variants` one after another takes, with `making` also to make what they open."""
        return evaluation_needs(
            variants,
            data,
            batch_size=self.batch_size,
            perplexity="perplexity" in self.measures,
            shots=self.shots,
            answer_tokens=self.answer_tokens,
            making=making,
        )


def check_measures(names: tuple[str, ...]) -> None:
    """Raise `UnknownNameError` when one of `names` is no measure."""
    for name in names:
        if name not in MEASURES:
            raise UnknownNameError("measures", name, MEASURES)
