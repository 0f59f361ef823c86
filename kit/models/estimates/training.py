"""The peak memory of tuning, from what the backward pass keeps of every layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import _
from kit.machine.facts import MIB
from kit.models.card import ModelCard
from kit.models.estimates.adapted import ALL_LINEAR, Adapted, adapted_layers, adapter_weights, matrices
from kit.models.estimates.answering import BNB_RUNTIME_BYTES, held_bytes, largest_matrix
from kit.models.estimates.kept_layer import Attending, Kept, attention_bytes, kept_of
from kit.models.estimates.weights import METHOD_BITS, weights_bytes

__all__ = ["ALL_LINEAR", "HOW", "Divided", "TuningEstimate", "estimate_tuning"]

HOW = ("lora", "dora", "ia3", "prompt", "qlora", "full")

RUNTIME_BYTES = 480 * MIB  # a process with torch, transformers and peft that has trained a model of no size
_SLACK = 1.15  # what the C library's allocator holds for what is kept, in parts of what it is
_WORKING = 5  # layers' worth of what comes and goes while one is computed, and of the holes it leaves
_LOGIT_BYTES = 12  # logit, its logarithm of the softmax and its gradient, two of them also in the model's type
_STATES = 4  # numbers for each trained weight: itself, its gradient, two moments of Adam


@dataclass(frozen=True)
class TuningEstimate:
    """Memory predicted for tuning one model.

    Parameters
    ----------
    model, how, precision : str
        What it is for.
    weights_bytes : float
        Of the model; in full tuning, of what is trained.
    trained : int
        Weights that train.
    state_bytes : float
        What trains beside the weights: the adapter, gradients that stand beside activations, two moments of Adam.
    activation_bytes : float
        Kept for the backward pass, with what the allocator holds beyond.
    logits_bytes : float
        Of the answer tokens.
    runtime_bytes : float
        The process.
    """

    model: str
    how: str
    precision: str
    weights_bytes: float
    trained: int
    state_bytes: float
    activation_bytes: float
    logits_bytes: float
    runtime_bytes: float

    @property
    def total_bytes(self) -> float:
        """All parts together."""
        return self.weights_bytes + self.state_bytes + self.activation_bytes + self.logits_bytes + self.runtime_bytes


@dataclass(frozen=True)
class Divided:
    """Among how many processes a layout divides what one would hold; each divides weights and what trains.

    Parameters
    ----------
    shards : int, default 1
        Fully sharded: one layer is put together at a time.
    matrices : int, default 1
        Tensor parallel: activations between a pair of matrices are divided too, those of norms are not.
    stages : int, default 1
        Pipeline: each has so large a part of the layers.
    """

    shards: int = 1
    matrices: int = 1
    stages: int = 1

    @property
    def parts(self) -> int:
        """Into how many parts weights and states are divided."""
        return self.shards * self.matrices * self.stages


def estimate_tuning(
    card: ModelCard,
    how: str = "lora",
    *,
    tokens: int,
    answers: int,
    precision: str = "bf16",
    rank: int = 16,
    targets: Sequence[str] = ("q_proj", "v_proj"),
    checkpointing: bool = False,
    rank_pattern: Sequence[str] = (),
    first_layer: int = 0,
    quantization: str | None = None,
    mixed: bool = False,
    virtual_tokens: int = 0,
    fused: bool = False,
    dropout: bool = False,
    attending: Attending | None = None,
    divided: Divided | None = None,
) -> TuningEstimate:
    """Predict the peak memory of one training process.

    For rows of your own, ``kit.TuneSpec(…).needs().memory_bytes`` counts the tokens and asks this.

    Parameters
    ----------
    card : ModelCard
        The model.
    how : {"lora", "dora", "ia3", "prompt", "qlora", "full"}
        Adapter on plain weights (Hu et al. 2021, arXiv:2106.09685) or one of its relatives, on nf4 weights (Dettmers
        et al. 2023, arXiv:2305.14314), a learned prompt, or every weight.
    tokens : int
        In one micro-batch, a shared beginning counted once, a learned prompt for each row.
    answers : int
        Places of one micro-batch for which the output layer is computed at once.
    precision : {"bf16", "fp32"}, default "bf16"
        Of frozen weights and activations, and in full tuning of all that trains. Adapters train in fp32.
    rank : int, default 16
        Of the adapter.
    targets : sequence of str
        Matrices of a layer that have an adapter: names, patterns, or "all-linear".
    checkpointing : bool, default False
        Keep only what goes into each layer, and compute the rest a second time (Chen et al. 2016, arXiv:1604.06174).
    rank_pattern : sequence of str, default ()
        Ranks of some matrices, such as "down_proj=8".
    first_layer : int, default 0
        Layers below have no adapter, and nothing is kept of them.
    quantization : {"bnb-nf4", "bnb-fp4", "bnb-int8"}, optional
        How frozen weights are held.
    mixed : bool, default False
        Products in bf16 from fp32 weights.
    virtual_tokens : int, default 0
        Length of a learned prompt.
    fused : bool, default False
        Are norms and plain adapters one operation each?
    dropout : bool, default False
        Is anything left out at random inside the adapter? Such adapters are not fused.
    attending : Attending, optional
        What attention keeps; left out, what PyTorch's own does.
    divided : Divided, optional
        Among several processes; left out, one holds everything.

    Raises
    ------
    ParameterError
        A value that is not allowed.
    """
    _check(how, precision, tokens, answers)
    if how == "qlora":
        quantization = quantization or "bnb-nf4"
    method = "lora" if how == "qlora" else how
    layers = adapted_layers(card, targets, rank, rank_pattern=rank_pattern, first_layer=first_layer)
    trained = adapter_weights(card, method, layers, virtual_tokens=virtual_tokens, first_layer=first_layer)
    parts = divided or Divided()
    size = 2 if precision == "bf16" else 4
    bits = METHOD_BITS[quantization] if quantization else 8 * size
    by_layer = [
        _layer_bytes(
            kept_of(
                card,
                method,
                precision,
                adapted,
                mixed=mixed,
                fused=fused,
                fused_adapters=fused and quantization is None and not dropout,
            ),
            attention_bytes(card, 2 if mixed else size, attending or Attending(), adapted),
            card,
            tokens,
            parts,
        )
        for adapted in _reached(method, layers, first_layer)
    ]
    between = tokens * card.hidden_size * (2 if mixed else size) if checkpointing else None
    activations = _activation_bytes(by_layer, between, parts)
    return TuningEstimate(
        model=card.name,
        how=how,
        precision=precision,
        weights_bytes=weights_bytes(card, bits) / parts.parts + _gathered(card, bits, parts),
        trained=trained,
        state_bytes=_state_bytes(card, how, trained, size) / parts.parts,
        activation_bytes=activations + _unpacked(card, quantization, tokens),
        logits_bytes=_LOGIT_BYTES * answers * card.vocabulary / parts.matrices,
        runtime_bytes=BNB_RUNTIME_BYTES if quantization else RUNTIME_BYTES,
    )


def _reached(how: str, layers: Sequence[tuple[Adapted, ...]], first_layer: int) -> Sequence[tuple[Adapted, ...]]:
    """Return the layers through which gradients go: those from the lowest that trains."""
    if how == "prompt":
        return layers
    if how == "full":
        return layers[first_layer:]
    return layers[next((i for i, adapted in enumerate(layers) if adapted), len(layers)) :]


def _layer_bytes(kept: Kept, attention: float, card: ModelCard, tokens: int, parts: Divided) -> float:
    """Return what a layer keeps in one process: of a tensor-parallel group each has all that norms keep."""
    between = 2 * 4 * card.hidden_size
    divided_up = Kept((kept.token - between) / parts.matrices + between, kept.fixed / parts.matrices)
    return divided_up.bytes(tokens) + attention / parts.matrices


def _activation_bytes(by_layer: Sequence[float], between: float | None, parts: Divided) -> float:
    """Return what is kept of all layers, with what the allocator holds, and what one layer needs while it is computed.

    A pipeline's first stage has as many micro-batches under way as there are stages, so it keeps its share of the
    layers of all of them.

    Parameters
    ----------
    between : float, optional
        Bytes of what goes into a layer, where only that is kept.
    """
    if not by_layer:
        return 0.0
    widest = max(by_layer)
    every = sum(by_layer) / parts.stages
    if between is not None:
        every = widest + len(by_layer) * between / parts.stages
    return _SLACK * every + _WORKING * widest


def _state_bytes(card: ModelCard, how: str, trained: int, size: int) -> float:
    if how != "full":
        return trained * 4 * _STATES
    return (2 * trained + card.embedding_parameters) * size  # other gradients come as activations go


def _gathered(card: ModelCard, bits: float, parts: Divided) -> float:
    """Return the bytes of the layer that is put together while it is computed, and the next that is on its way."""
    if parts.shards == 1:
        return 0.0
    return 2 * sum(matrix.weights for matrix in matrices(card)) * bits / 8


def _unpacked(card: ModelCard, quantization: str | None, tokens: int) -> float:
    if quantization is None:
        return 0.0
    if quantization == "bnb-int8":
        return 2 * largest_matrix(card) + held_bytes(card, tokens)
    return 2 * largest_matrix(card)


def _check(how: str, precision: str, tokens: int, answers: int) -> None:
    for name, value, allowed in (("how", how, HOW), ("precision", precision, ("bf16", "fp32"))):
        if value not in allowed:
            raise ParameterError(name, value, allowed=_("one of ") + ", ".join(allowed))
    for name, count in (("tokens", tokens), ("answers", answers)):
        if count < 0:
            raise ParameterError(name, count, allowed=_("at least 0"))
