"""What is made ready, and how. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.errors import ParameterError
from kit.gate.personal.kinds import kinds_of
from kit.i18n import N_, _
from kit.spec import Spec, param

PARTS = ("train", "fit", "validation", "test")  # what the rows come in, by the names among the facts


@dataclass(frozen=True, kw_only=True)
class PrepareSpec(Spec):
    """Take personal data out of rows, look at what is left, repair and divide it.

    Nothing else reads the rows as they were: every later step reads the files that this one writes.
    """

    carried_out_by = "kit.verticals.preparing.work:prepare"
    preload = ("kit.gate.personal.analyzer",)

    data: DataSpec = param(label=N_("Training data"))
    test: DataSpec | None = param(
        None, label=N_("Test data"), help=N_("Left out, a part of the training data is tested with")
    )
    group: str = param("", label=N_("Group"), help=N_("Column whose values stand on one side only, such as a patient"))
    time: str = param("", label=N_("Time"), help=N_("Column by which the latest rows are tested with"))
    personal: tuple[str, ...] = param(
        ("all",), label=N_("Personal data"), help=N_("Kinds that are taken out, such as email or person; or all")
    )
    rows: int = param(3000, label=N_("Training rows at most"), low=8)
    test_rows: int = param(600, label=N_("Test rows at most"), low=4)
    test_share: float = param(
        0.2, label=N_("Share of test rows"), help=N_("Where there is no test data"), above=0, high=0.5
    )
    validation_share: float = param(
        0.1, label=N_("Share of validation rows"), help=N_("Of the rows to train on"), above=0, high=0.5
    )
    instruction: str = param("", label=N_("Instruction"), help=N_("Left empty, that of the task"))
    digest: str = param("", label=N_("Content"), help=N_("What the files held: other rows are made ready anew"))
    seed: int = param(0, label=N_("Seed"), help=N_("Of the sample and the division"), low=0, high=2**31 - 1)

    def libraries(self) -> tuple[str, ...]:
        return self.preload if self.personal else ()

    def check(self) -> None:
        kinds_of(self.personal)
        if self.group and self.time:
            allowed = _("left out where rows are divided by group")
            raise ParameterError("time", self.time, allowed=allowed)
        if self.test is not None and self.test.task != self.data.task:
            raise ParameterError("test.task", self.test.task, allowed=self.data.task)
