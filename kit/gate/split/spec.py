"""How data is divided."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param

WAYS = ("label", "group", "time", "random")
_MOST = 0.95  # of the rows that are not trained on


@dataclass(frozen=True, kw_only=True)
class SplitSpec(Spec):
    """Divide data into files: by label, by group, by time or at random; every column stays.

    Rows that a model wrote go to the train part only.
    """

    carried_out_by = "kit.gate.split.split:split"

    data: DataSpec = param(label=N_("Data"), help=N_("To be divided"))
    by: str = param(
        "label",
        label=N_("Divide by"),
        help=N_("Equal shares of each label, no group on two sides, the latest rows for the test, or at random"),
        choices=WAYS,
    )
    column: str = param(
        "",
        label=N_("Column"),
        help=N_(
            "Of the groups (a patient, a device) or times; by label it may name another column to keep the shares of"
        ),
    )
    test_share: float = param(0.2, label=N_("Share of test rows"), above=0, high=0.9)
    validation_share: float = param(
        0.0, label=N_("Share of validation rows"), help=N_("0: there is no such part"), low=0, high=0.9
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Another seed, another division"), low=0, high=2**31 - 1)

    def check(self) -> None:
        if self.by in ("group", "time") and not self.column.strip():
            allowed = _("the column that holds the {by} of each row").format(by=self.by)
            raise ParameterError("column", self.column, allowed=allowed)
        if self.by == "random" and self.column:
            raise ParameterError("column", self.column, allowed=_("left out where rows are divided at random"))
        if self.by == "label" and not self.column and self.data.task != "classify":
            allowed = _("random, group or time: rows of the task {task} have no labels").format(task=self.data.task)
            raise ParameterError("by", self.by, allowed=allowed)
        held = self.test_share + self.validation_share
        if held > _MOST:
            allowed = _("at most {most} together with test_share ({test})").format(most=_MOST, test=self.test_share)
            raise ParameterError("validation_share", self.validation_share, allowed=allowed)

    @property
    def shares(self) -> dict[str, float]:
        """The share of each part, that of training last."""
        held = {"test": self.test_share, "validation": self.validation_share}
        held = {part: share for part, share in held.items() if share}
        return {**held, "train": 1 - sum(held.values())}
