"""Each process holds a part of every weight (fully sharded data parallel, PyTorch's FSDP2).

A layer's weights are put together when the layer is computed, and given back after it; what the optimizer keeps is
divided in the same way. Frozen and trained weights may differ in type: only what trains must be of one.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

import torch
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

from kit.tuning.example import Example
from kit.tuning.layouts.decoder import decoder_layers
from kit.tuning.layouts.plain import Layout, without_weight

_ALSO_FORWARD = ("answer_loss", "generate")


class Sharded(Layout):
    """Every weight is divided over the processes that read different rows."""

    divided = True

    def spread(self, tensor: torch.Tensor, name: str) -> torch.Tensor:
        model: Any = self.loss.model
        model.reshard()  # or what was put together for the last evaluation would be read again in the next step
        return super().spread(tensor, name)

    def _divide(self) -> None:
        mesh = self.places.across("readers")
        model: Any = self.loss.model
        for module in (*decoder_layers(model), model):
            fully_shard(module, mesh=mesh)
        model.set_reduce_scatter_unused_params(True)  # a rank's rows may need none of an expert
        for module in model.modules():
            if isinstance(module, FSDPModule):
                # Added up, not averaged, as in the other layouts. Gloo knows sums only.
                module.set_gradient_divide_factor(1.0)
                module.set_force_sum_reduction_for_comms(True)
        # The loss computes parts of the model itself, so it must count as a forward pass of the whole.
        model.answer_loss = types.MethodType(lambda _model, rows: self.loss(rows), model)
        for name in _ALSO_FORWARD:
            if hasattr(model, name):
                register_fsdp_forward_method(model, name)

    def _parts(self, rows: Sequence[Example], size: int) -> list[Sequence[Example]]:
        """Return as many parts in every process: each puts layers together for all."""
        mine = super()._parts(rows, size)
        most = -(-len(rows) // self.places.readers)  # the first process has the most rows
        return mine + [[without_weight(rows[0])]] * (-(-most // size) - len(mine))

    def _loss_of(self, part: Sequence[Example]) -> torch.Tensor:
        model: Any = self.loss.model
        loss: torch.Tensor = model.answer_loss(part)
        return loss

    def _sum_gradients(self) -> None:
        """FSDP has added them up."""
        for weight in self.weights.values():
            if weight.grad is None:  # of one that no row needed, such as an expert's
                weight.grad = torch.zeros_like(weight)
