"""What rounding one group of matrices changes in what a model expects: measured, group by group.

One group at a time is rounded to 4 bits, all else left as it is, and the model reads the same places of the same texts.
The change is told by the divergence KL(P ‖ Q) = Σ P log(P/Q) of its expectations Q from the unrounded model's P, the
mean over places, in nats. Layers below the rounded one say what they said before, so their outputs are kept and used
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from torch import nn

from kit.report import Report

LENGTH = 128  # tokens of a piece of text
PIECES = 4
STEP = 4  # every fourth place of a piece is looked at: neighbours tell much the same


@dataclass(frozen=True)
class Group:
    """Matrices that are rounded together.

    Parameters
    ----------
    name : str
        Such as "blk.3.attn_qk".
    layer : int or None
        Which decoder layer they belong to; None for tables.
    weights : tuple of str
        Their names in Transformers.
    """

    name: str
    layer: int | None
    weights: tuple[str, ...]


def pieces_of(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """Return stretches of `rows`, laid one after the other and cut, spread evenly: int64 [pieces, length]."""
    text = [token for row in rows for token in row]
    length = min(LENGTH, len(text))
    number = len(text) // length
    chosen = range(number) if number <= PIECES else [place * number // PIECES for place in range(PIECES)]
    return torch.tensor([text[place * length : (place + 1) * length] for place in chosen])


class Scan:
    """A model and what it expects at some places, to be compared with what it expects once something is rounded.

    Parameters
    ----------
    model : transformers model
        In 32 bits: rounding to 16 would be heard beside what is measured.
    tokens : tensor [pieces, length]
    """

    def __init__(self, model: Any, tokens: torch.Tensor) -> None:
        self._model = model
        self._layers: list[nn.Module] = list(model.get_decoder().layers)
        self._tokens = tokens
        self._places = torch.arange(STEP - 1, tokens.shape[1], STEP) if tokens.shape[1] >= STEP else torch.tensor([0])
        self._kept: list[Any] = []
        with torch.inference_mode(), _each(self._layers, self._kept):
            self._expected = self._expectations()

    def _expectations(self) -> torch.Tensor:
        """Return log-probabilities [pieces · places, vocabulary]."""
        out = self._model(input_ids=self._tokens, use_cache=False, logits_to_keep=self._places)
        found: torch.Tensor = out.logits.float().log_softmax(dim=-1).flatten(0, 1)
        return found

    def divergence(self, group: Group, rounded: Callable[[str, torch.Tensor], torch.Tensor]) -> float:
        """Return the mean divergence, in nats, when the weights of `group` are replaced.

        Parameters
        ----------
        rounded : callable
            Given the name and the values of a matrix, returns what stands in its place.
        """
        parameters = dict(self._model.named_parameters())
        before = {name: parameters[name].data for name in group.weights}
        with torch.inference_mode():
            try:
                for name, values in before.items():
                    parameters[name].data = rounded(name, values)
                with _instead(self._layers[: group.layer or 0], self._kept):
                    changed = self._expectations()
            finally:
                for name, values in before.items():
                    parameters[name].data = values
            parts = zip(self._expected.split(64), changed.split(64), strict=True)  # a vocabulary is wide
            total = sum(float((p.exp() * (p - q)).sum()) for p, q in parts)
        return total / len(self._expected)


@contextmanager
def _each(layers: Sequence[nn.Module], kept: list[Any]) -> Iterator[None]:
    """Keep what each of `layers` returns meanwhile."""
    hooks = [layer.register_forward_hook(lambda _layer, _inputs, out: kept.append(out)) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def _instead(layers: Sequence[nn.Module], kept: Sequence[Any]) -> Iterator[None]:
    """Let each of `layers` say what it said before, without computing it."""

    def saying(said: Any) -> Callable[..., Any]:
        return lambda *_inputs, **_named: said

    try:
        for layer, said in zip(layers, kept, strict=False):
            layer.forward = saying(said)
        yield
    finally:
        for layer in layers:
            layer.__dict__.pop("forward", None)


def scan(
    model: Any,
    tokens: torch.Tensor,
    groups: Sequence[Group],
    rounded: Callable[[str, torch.Tensor], torch.Tensor],
    report: Report,
) -> dict[str, float]:
    """Return the divergence of each of `groups` when it alone is rounded, by name, in nats."""
    measured, found = Scan(model, tokens), {}
    for done, group in enumerate(groups, start=1):
        found[group.name] = max(measured.divergence(group, rounded), 0.0)
        report.progress("measuring sensitivity", done, len(groups), "layers")
        report.check()
    return found


def weighted_error(values: numpy.ndarray, held: numpy.ndarray, importance: numpy.ndarray | None) -> float:
    """Return Σ h_j (w_ij - ŵ_ij)², the error of the output that rounding w to ŵ makes (see `importance`)."""
    squares = numpy.square(values - held).sum(axis=0)
    return float(squares.sum() if importance is None else squares @ importance)
