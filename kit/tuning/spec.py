"""What to tune, on what, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.data import DataSpec, open_data
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.models import check_name
from kit.spec import Needs, Spec, param
from kit.tuning.needs import needs_of


@dataclass(frozen=True, kw_only=True)
class TuneSpec(Spec):
    """LoRA tuning of one model on labelled texts."""

    carried_out_by = "kit.tuning.tune:tune"
    preload = ("kit.tuning.tune",)

    model: str = param(label=N_("Model"), help=N_("The model to tune"), empty=False)
    data: DataSpec = param(label=N_("Training data"))
    validation: DataSpec | None = param(
        None, label=N_("Validation data"), help=N_("Left out, a tenth of the training rows is held back")
    )
    rank: int = param(16, label=N_("Rank"), help=N_("Size of the adapter"), low=1, high=1024)
    alpha: float = param(32.0, label=N_("Alpha"), help=N_("The adapter counts alpha / rank"), above=0)
    dropout: float = param(0.0, label=N_("Dropout"), help=N_("Inside the adapter"), low=0, high=0.9)
    target_modules: tuple[str, ...] = param(
        ("q_proj", "v_proj"), label=N_("Target modules"), help=N_("Layers that get an adapter"), empty=False
    )
    learning_rate: float = param(1e-3, label=N_("Learning rate"), help=N_("At its highest"), above=0, high=1)
    schedule: str = param(
        "linear", label=N_("Schedule"), help=N_("After the warm-up"), choices=("linear", "cosine", "constant")
    )
    warmup_share: float = param(
        0.06, label=N_("Warm-up"), help=N_("Share of the steps in which the learning rate rises"), low=0, high=0.5
    )
    epochs: float = param(2.0, label=N_("Epochs"), help=N_("Passes over the data"), above=0, high=1000)
    steps: int | None = param(None, label=N_("Steps"), help=N_("Given, it counts instead of epochs"), low=1)
    batch_size: int = param(16, label=N_("Batch size"), help=N_("Rows for each optimizer step"), low=1, high=4096)
    micro_batch_size: int | None = param(
        None, label=N_("Micro-batch"), help=N_("Rows at a time; fewer need less memory, the result is the same"), low=1
    )
    max_length: int = param(
        512, label=N_("Max length"), help=N_("Longer questions lose their middle"), unit="tokens", low=16, high=131072
    )
    precision: str = param(
        "auto",
        label=N_("Precision"),
        help=N_("Of the frozen weights; auto is bf16 where the hardware has it"),
        choices=("auto", "bf16", "fp32"),
    )
    evaluations: int = param(
        4, label=N_("Evaluations"), help=N_("How often validation is measured, the end included"), low=1, high=1000
    )
    processes: int = param(1, label=N_("Processes"), help=N_("One for each device"), low=1, high=64)
    seed: int = param(0, label=N_("Seed"), help=N_("Of the order of rows and the adapter"), low=0, high=2**31 - 1)

    def look_ahead(self) -> None:
        for data in (self.data, self.validation):
            if data is not None:
                open_data(data)
        check_name(self.model)

    def needs(self) -> Needs:
        return needs_of(self)

    def lighter(self) -> Iterator[tuple[TuneSpec, str]]:
        from kit.tuning.lighter import lighter_changes  # only where there is no room

        for changes in lighter_changes(self):
            yield self.replace(**changes), ", ".join(f"{name}={value!r}" for name, value in changes.items())

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room  # asked in the worker only

        return check_room(self, needs)

    def check(self) -> None:
        for name, data in (("data", self.data), ("validation", self.validation)):
            if data is not None and data.task != "classify":
                allowed = _("of the task classify: tuning on rows to {task} does not exist yet").format(task=data.task)
                fix = _("Evaluate it with kit.EvaluateSpec, or name a label column and leave task out.")
                raise ParameterError(f"{name}.task", data.task, allowed=allowed, fix=fix)
        if self.micro_batch_size is not None and self.batch_size % self.micro_batch_size:
            raise ParameterError(
                "micro_batch_size",
                self.micro_batch_size,
                allowed=_("a divisor of batch_size ({batch_size})").format(batch_size=self.batch_size),
            )
