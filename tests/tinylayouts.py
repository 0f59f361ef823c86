"""Tunings under several layouts, one after another in the same processes, which take long to start."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.report import ListReport, Report
from kit.result import Result
from kit.spec import Spec, load_spec, param

STEPS = 9


@dataclass(frozen=True, kw_only=True)
class LayoutsSpec(Spec):
    """Carry out tunings whose specs and folders stand, one a line, in the file `tunings`."""

    carried_out_by = "tinylayouts:carry_out"

    processes: int = param(2, label="Processes")
    tunings: str = param(label="File")


@dataclass(frozen=True)
class Asked:
    """One tuning: where it is kept, under which layout, what else differs and when it is stopped."""

    name: str
    layout: str
    folder: str = ""
    fields: tuple[tuple[str, Any], ...] = ()
    stop_after: int | None = None

    def line(self, spec: Spec, root: Path) -> str:
        """Return it as the processes read it."""
        changed = spec.replace(layout=self.layout, **dict(self.fields))
        folder = str(root / (self.folder or self.name))
        told = {"name": self.name, "spec": changed.to_dict(), "folder": folder, "stop_after": self.stop_after}
        return json.dumps(told)


@dataclass(frozen=True)
class Done:
    """What one tuning said and came to, and its folder."""

    folder: Path
    losses: list[float]
    metrics: dict[str, float]
    facts: dict[str, Any]
    held: int = 0


class _Ends(ListReport):
    """Asks the tuning to stop once it has said the loss of a step."""

    def __init__(self, folder: Path, step: int | None) -> None:
        super().__init__(folder)
        self._step = step

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or (event.get("name") == "loss" and event["step"] == self._step)


def carry_out(spec: LayoutsSpec, report: Report) -> Result:
    """Return what each tuning said and came to, as facts by the name of its folder and attempt."""
    from kit.tuning.tune import tune

    facts: dict[str, Any] = {}
    for line in Path(spec.tunings).read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        said = _Ends(Path(asked["folder"]), asked["stop_after"])
        said.folder.mkdir(parents=True, exist_ok=True)
        wanted = load_spec(asked["spec"])
        _take_over(said.folder / "checkpoint", wanted.key)
        result = tune(wanted, said)
        facts[asked["name"]] = {
            "status": result.status,
            "metrics": result.metrics,
            "facts": result.facts,
            "losses": said.values("loss"),
            "held": _held(wanted),
        }
    return Result(spec=spec.to_dict(), facts=facts)


def _take_over(folder: Path, key: str) -> None:
    """Let the checkpoints in `folder`, of whatever spec, be those of the spec with that key."""
    if os.environ["RANK"] == "0":
        for file in folder.glob("*.safetensors"):
            file.rename(file.with_name(f"{key}-{file.name.rpartition('-')[2]}"))


def _held(spec: Any) -> int:
    """Return how many weights this process holds as `spec` lays its model out."""
    from accelerate import Accelerator

    from kit.tuning.layouts.choice import lay_out
    from kit.tuning.layouts.gradients import here

    model, device = open_model(spec), Accelerator(cpu=True).device
    lay_out(model, spec, device, processes=spec.processes, pad=0)
    return sum(here(weight).numel() for weight in model.parameters())


def open_model(spec: Any) -> Any:
    """Return the model of `spec` with its adapter."""
    import torch

    from kit.tuning.adapters.prepare import prepare_model

    return prepare_model(spec, Path(spec.model), dtype=torch.float32, device=torch.device("cpu"))
