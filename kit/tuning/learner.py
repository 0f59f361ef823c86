"""The weights that train, their optimizer, and one step of them.

What is random in a step (dropout) is a function of the seed, the step and the process: a tuning that goes on after
step n draws what one that never stopped would have drawn, on any device.
"""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from typing import Any

import torch
from accelerate import Accelerator

from kit.tuning.checkpoint import Tensors
from kit.tuning.example import Example
from kit.tuning.loss import AnswerLoss
from kit.tuning.schedule import rows_at_a_time, share_of_peak
from kit.tuning.spec import TuneSpec

_STATE = ("step", "exp_avg", "exp_avg_sq")  # as AdamW calls what it keeps for each weight


class Learner:
    """A model with its adapter, as it learns.

    Parameters
    ----------
    model : causal language model, with its adapter
    spec : TuneSpec
    accelerator : Accelerator
    pad : int
        Any token id; padding is masked.
    total : int
        How many steps there will be, over which the learning rate runs.
    """

    def __init__(self, model: Any, spec: TuneSpec, accelerator: Accelerator, *, pad: int, total: int) -> None:
        self._spec, self._accelerator, self._total = spec, accelerator, total
        self._weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self._adamw = torch.optim.AdamW(self._weights.values(), lr=spec.learning_rate, weight_decay=spec.weight_decay)
        self._module, self._optimizer = accelerator.prepare(AnswerLoss(model, spec, pad=pad), self._adamw)

    def rate(self, step: int) -> float:
        """Return the learning rate of `step`, counted from 1."""
        spec = self._spec
        share = share_of_peak(step - 1, total=self._total, warmup_share=spec.warmup_share, schedule=spec.schedule)
        return spec.learning_rate * share

    def learn(self, rows: list[Example], step: int) -> float:
        """Make the optimizer step `step` on `rows`, spread over processes and micro-batches, and return its loss."""
        accelerator = self._accelerator
        world, rank = accelerator.num_processes, accelerator.process_index
        torch.manual_seed(step_seed(self._spec.seed, step, rank))
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate(step)
        tokens = sum(len(row.answer) for row in rows)
        mine = rows[rank::world]
        size = rows_at_a_time(self._spec.batch_size, self._spec.micro_batch_size, world)
        parts = [mine[i : i + size] for i in range(0, len(mine), size)] or [rows[:1]]
        weight = world / tokens if mine else 0.0  # data-parallel gradients are averaged over processes
        loss = torch.zeros((), device=accelerator.device)
        for i, part in enumerate(parts):
            last = i == len(parts) - 1  # processes exchange gradients once a step
            with nullcontext() if last else accelerator.no_sync(self._module):
                part_loss = self._module(part) * weight
                accelerator.backward(part_loss)
            loss += part_loss.detach()
        accelerator.clip_grad_norm_(list(self._weights.values()), self._spec.max_grad_norm)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(accelerator.reduce(loss, reduction="mean"))

    def tensors(self, *, optimizer: bool = True) -> Tensors:
        """Return the weights and the optimizer's state, by the names that `load` reads; not copied."""
        found: Tensors = {f"weights/{name}": weight.detach() for name, weight in self._weights.items()}
        if optimizer:
            for name, weight in self._weights.items():
                found |= {f"optimizer/{name}/{part}": each for part, each in self._adamw.state.get(weight, {}).items()}
        return found

    def fits(self, tensors: Tensors, *, optimizer: bool) -> bool:
        """Are `tensors` those of this model and adapter, with the optimizer's state where `optimizer` says so?"""
        wanted: dict[str, tuple[int, ...]] = {f"weights/{name}": tuple(w.shape) for name, w in self._weights.items()}
        if optimizer:
            for name, weight in self._weights.items():
                wanted |= {f"optimizer/{name}/{part}": () if part == "step" else tuple(weight.shape) for part in _STATE}
        return {name: tuple(tensor.shape) for name, tensor in tensors.items()} == wanted

    @torch.no_grad()
    def load(self, tensors: Tensors) -> None:
        """Take over what `tensors` returned, here or in another process."""
        parts: dict[int, Tensors] = {}
        for i, (name, weight) in enumerate(self._weights.items()):
            weight.copy_(tensors[f"weights/{name}"])
            keys = {part: f"optimizer/{name}/{part}" for part in _STATE}
            kept = {part: tensors[key] for part, key in keys.items() if key in tensors}
            if kept:  # before the first step there is nothing
                parts[i] = kept
        self._adamw.load_state_dict({"state": parts, "param_groups": self._adamw.state_dict()["param_groups"]})


def step_seed(seed: int, step: int, rank: int) -> int:
    """Return the number from which process `rank` draws what is random in `step`."""
    digest = hashlib.blake2b(f"{seed} {step} {rank}".encode(), digest_size=7)
    return int.from_bytes(digest.digest())
