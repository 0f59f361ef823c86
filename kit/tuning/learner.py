"""The weights that train, their optimizer, and one step of them.

What is random in a step (dropout) is a function of the seed, the step and the process: a tuning that goes on after
step n draws what one that never stopped would have drawn, on any device. Processes that compute the same rows
together draw alike; how they share the work is `kit.tuning.layouts`' to know.
"""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from accelerate import Accelerator
from torch.autograd.graph import increment_version

from kit.tuning.checkpoint import Tensors
from kit.tuning.example import Example
from kit.tuning.layouts.choice import lay_out
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
        self._spec, self._total = spec, total
        self.micro_batch_size = spec.micro_batch_size  # rows at a time in all processes; may change between steps
        self._layout = lay_out(model, spec, accelerator.device, processes=accelerator.num_processes, pad=pad)
        self._weights = self._layout.weights
        # One pass over all weights, where they are whole: a step of adapters everywhere takes 4 ms in place of 14.
        self._adamw = torch.optim.AdamW(
            self._weights.values(),
            lr=spec.learning_rate,
            weight_decay=spec.weight_decay,
            fused=not self._layout.divided,
        )

    @property
    def divided(self) -> bool:
        """Does each process hold only parts of the weights, so that all must ask for `tensors` together?"""
        return self._layout.divided

    def together(self, first_says: bool) -> bool:
        """Return what the first process says where all must act alike, since weights are `divided`; else `first_says`.

        Parameters
        ----------
        first_says : bool
            In the first process; what another one says counts only where they are not divided.
        """
        return self._layout.told_by_the_first(first_says) if self.divided else first_says

    def rate(self, step: int) -> float:
        """Return the learning rate of `step`, counted from 1."""
        spec = self._spec
        share = share_of_peak(step - 1, total=self._total, warmup_share=spec.warmup_share, schedule=spec.schedule)
        return spec.learning_rate * share

    def learn(self, rows: list[Example], step: int) -> float:
        """Make the optimizer step `step` on `rows`, spread over processes and micro-batches, and return its loss."""
        layout, spec = self._layout, self._spec
        torch.manual_seed(step_seed(spec.seed, step, layout.draws_as))
        for group in self._adamw.param_groups:
            group["lr"] = self.rate(step)
        tokens = sum(len(row.answer) for row in rows)
        size = rows_at_a_time(spec.batch_size, self.micro_batch_size, layout.readers)
        loss = layout.backward(rows, size=size, weight=1 / tokens)
        layout.clip(spec.max_grad_norm)
        self._adamw.step()
        # The fused pass does not count its changes, by which others see that weights are new.
        increment_version(list(self._weights.values()))
        self._adamw.zero_grad()
        return float(loss)

    def tensors(self, *, optimizer: bool = True) -> Tensors:
        """Return the weights and the optimizer's state, by the names that `load` reads; not copied.

        Where they are `divided`, all processes must ask together, and the first gets all of them.
        """
        found: Tensors = {f"weights/{name}": weight.detach() for name, weight in self._weights.items()}
        if optimizer:
            for name, weight in self._weights.items():
                found |= {f"optimizer/{name}/{part}": each for part, each in self._adamw.state.get(weight, {}).items()}
        return self._layout.whole(found)

    def fits(self, tensors: Tensors, *, optimizer: bool) -> bool:
        """Are `tensors` those of this model and adapter, with the optimizer's state where `optimizer` says so?"""
        shapes = self._layout.shapes
        wanted: dict[str, tuple[int, ...]] = {f"weights/{name}": shape for name, shape in shapes.items()}
        if optimizer:
            for name, shape in shapes.items():
                wanted |= {f"optimizer/{name}/{part}": () if part == "step" else shape for part in _STATE}
        return {name: tuple(tensor.shape) for name, tensor in tensors.items()} == wanted

    @torch.no_grad()
    def load(self, tensors: Tensors) -> None:
        """Take over what `tensors` returned, here or in another process."""
        parts: dict[int, Tensors] = {}
        for i, (name, weight) in enumerate(self._weights.items()):
            weight.copy_(self._layout.spread(tensors[f"weights/{name}"], name))
            keys = {part: f"optimizer/{name}/{part}" for part in _STATE}
            kept = {part: self._layout.spread(tensors[key], name) for part, key in keys.items() if key in tensors}
            if kept:  # before the first step there is nothing
                parts[i] = kept
        self._adamw.load_state_dict({"state": parts, "param_groups": self._adamw.state_dict()["param_groups"]})


def step_seed(seed: int, step: int, rank: int) -> int:
    """Return the number from which process `rank` draws what is random in `step`."""
    digest = hashlib.blake2b(f"{seed} {step} {rank}".encode(), digest_size=7)
    return int.from_bytes(digest.digest())
