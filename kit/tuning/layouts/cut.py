"""A model of which each process keeps some layers, so that it can still be called as a whole.

The others stand there as empty places. Asked for logits, the processes hand the hidden state on from one to the next,
and the last tells all of them what it found: whoever validates or writes answers need not know that the model is cut.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from kit.errors import ParameterError, UnsupportedError
from kit.i18n import _
from kit.tuning.layouts.decoder import base_of, decoder_layers
from kit.tuning.layouts.places import Places


class Line:
    """The processes that hold one model between them, one after the other.

    Parameters
    ----------
    places : Places
    embedding : Module
        Of the model; the hidden state is as wide, and of its type.
    """

    def __init__(self, places: Places, embedding: Any) -> None:
        self.index, self.count = places.sharer, places.sharers
        self.width, self.dtype = int(embedding.weight.shape[1]), embedding.weight.dtype
        self.group = places.across("sharers").get_group()
        self.left: torch.Tensor | None = None  # the hidden state after the last layer here
        self._flowing = False

    @property
    def first(self) -> bool:
        """Does this process read the tokens?"""
        return self.index == 0

    @property
    def last(self) -> bool:
        """Does this process find the logits?"""
        return self.index == self.count - 1

    @contextlib.contextmanager
    def flowing(self) -> Iterator[None]:
        """Inside, hidden states go from process to process."""
        self._flowing = True
        try:
            yield
        finally:
            self._flowing = False

    def arriving(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return what the process before this one has found."""
        if self._flowing:
            hidden = torch.empty_like(hidden)
            dist.recv(hidden, group=self.group, group_src=self.index - 1)
        return hidden

    def leaving(self, hidden: torch.Tensor) -> torch.Tensor:
        """Hand `hidden` on."""
        self.left = hidden
        if self._flowing:
            dist.send(hidden.contiguous(), group=self.group, group_dst=self.index + 1)
        return hidden

    def from_last(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return what the last process holds of that shape."""
        tensor = tensor.contiguous()
        dist.broadcast(tensor, group=self.group, group_src=self.count - 1)
        return tensor


class _AbsentLayer(nn.Module):
    """A layer that another process computes; its place in the cache of keys and values counts tokens only."""

    def __init__(self, layer: nn.Module, place: int, line: Line, *, arrives: bool, leaves: bool) -> None:
        super().__init__()
        self._place, self._line, self._arrives, self._leaves = place, line, arrives, leaves
        if hasattr(layer, "attention_type"):  # by which some models choose a mask
            self.attention_type = layer.attention_type

    def forward(self, hidden: torch.Tensor, *args: Any, past_key_values: Any = None, **kwargs: Any) -> torch.Tensor:
        if past_key_values is not None:
            nothing = hidden.new_zeros(hidden.shape[0], 1, hidden.shape[1], 1)
            past_key_values.update(nothing, nothing, self._place)
        if self._arrives:
            return self._line.arriving(hidden)
        return self._line.leaving(hidden) if self._leaves else hidden


class _AbsentEmbedding(nn.Module):
    """The embedding of tokens, where another process reads them."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return torch.zeros(*ids.shape, self._line.width, dtype=self._line.dtype, device=ids.device)


class _AbsentHead(nn.Module):
    """The output layer, where another process has it."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self._size = head.weight.shape[0]

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden.new_zeros(*hidden.shape[:-1], self._size)


def cut_model(model: Any, places: Places) -> Line:
    """Leave of `model` the layers that this process computes; the others' memory is given back.

    Raises
    ------
    ParameterError
        There are fewer layers than processes.
    UnsupportedError
        A weight trains that the first and the last layer have in common.
    """
    base, layers = base_of(model), decoder_layers(model)
    line = Line(places, base.get_input_embeddings())
    _check_ends(base)
    mine = stage_layers(len(layers), line.count)[line.index]
    for i, layer in enumerate(layers):
        if i not in mine:
            layers[i] = _AbsentLayer(layer, i, line, arrives=i == mine.start - 1, leaves=i == mine.stop)
    for name, p in model.named_parameters():
        if not (".layers." in name or (line.first and "embed" in name) or line.last):
            p.requires_grad_(False)  # it is another process's to train
    if not line.first:
        base.set_input_embeddings(_AbsentEmbedding(line))
    if not line.last:
        base.set_output_embeddings(_AbsentHead(base.get_output_embeddings()))
    model.to(places.device)
    _answer_together(base, line)
    return line


def _check_ends(base: Any) -> None:
    embedding, head = base.get_input_embeddings(), base.get_output_embeddings()
    if head is not None and head.weight is embedding.weight and head.weight.requires_grad:
        problem = _("The layers of this model cannot be divided: its first and its last have a weight in common.")
        raise UnsupportedError(problem, fix=_('Choose layout="fsdp" or "ddp", or method="lora".'))


def stage_layers(layers: int, stages: int) -> list[range]:
    """Return which of `layers` each of `stages` computes; the last, which has the output layer too, never the most.

    Raises
    ------
    ParameterError
    """
    if stages > layers:
        allowed = _("at most {layers} for each copy of this model, one for each of its layers").format(layers=layers)
        raise ParameterError("processes", stages, allowed=allowed)
    least, more = divmod(layers, stages)
    ends = [least * (i + 1) + min(i + 1, more) for i in range(stages)]
    return [range(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def _answer_together(base: Any, line: Line) -> None:
    """Let `base` be called as a model that is not cut."""
    whole = base.forward

    def forward(*args: Any, **kwargs: Any) -> Any:
        with line.flowing():
            found = whole(*args, **kwargs)
        found.logits = line.from_last(found.logits)
        return found

    base.forward = forward
