"""Which matrices of a model have an adapter, told from its card alone, and the weights that this trains.

Targets are named as in a tuning: by the last name ("q_proj"), by a pattern on the full name ("*.mlp.*",
"*.layers.3.*"), or "all-linear": every linear layer but the output and the experts, which are asked for by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from kit.models.card import ModelCard

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_ALL = "all-linear"
_SIGNS = "*?["


@dataclass(frozen=True)
class Matrix:
    """One matrix of a layer.

    Parameters
    ----------
    name : str
        Within the layer, such as "self_attn.q_proj".
    inputs, outputs : int
        Numbers that go in and come out.
    source : str
        The activation it reads; matrices that read the same share it.
    experts : int, default 0
        How many of its like are one parameter; 0: it is a linear layer.
    """

    name: str
    inputs: int
    outputs: int
    source: str
    experts: int = 0

    @property
    def short(self) -> str:
        """Its last name."""
        return self.name.rpartition(".")[2]

    @property
    def weights(self) -> int:
        """How many it holds."""
        return self.inputs * self.outputs * max(self.experts, 1)


@dataclass(frozen=True)
class Adapted:
    """A matrix that has an adapter of so large a rank."""

    matrix: Matrix
    rank: int


def matrices(card: ModelCard) -> tuple[Matrix, ...]:
    """Return the matrices of one layer."""
    hidden, width = card.hidden_size, card.intermediate_size
    query, key = card.heads * card.head_size, card.kv_heads * card.head_size
    out = card.heads * (card.value_head_dim or card.head_size)
    attention = (
        Matrix("self_attn.q_proj", hidden, query, "first norm"),
        Matrix("self_attn.k_proj", hidden, key, "first norm"),
        Matrix("self_attn.v_proj", hidden, key, "first norm"),
        Matrix("self_attn.o_proj", out, hidden, "attention"),
    )
    if card.experts is None:
        return (
            *attention,
            Matrix("mlp.gate_proj", hidden, width, "second norm"),
            Matrix("mlp.up_proj", hidden, width, "second norm"),
            Matrix("mlp.down_proj", width, hidden, "product"),
        )
    return (
        *attention,
        Matrix("mlp.experts.gate_up_proj", hidden, 2 * width, "second norm", card.experts),
        Matrix("mlp.experts.down_proj", width, hidden, "product", card.experts),
    )


def adapted_layers(
    card: ModelCard,
    targets: Sequence[str],
    rank: int,
    *,
    rank_pattern: Sequence[str] = (),
    first_layer: int = 0,
) -> list[tuple[Adapted, ...]]:
    """Return what has an adapter in each layer of `card`, the lowest layer first.

    Parameters
    ----------
    targets : sequence of str
        As in a tuning; a name that no model of this design has counts as a square matrix in every layer.
    rank : int
    rank_pattern : sequence of str, default ()
        Such as "down_proj=8"; the first one that means a matrix counts.
    first_layer : int, default 0
        Layers below have none.
    """
    known = matrices(card)
    odd = [
        Matrix(name, card.hidden_size, card.hidden_size, "first norm")
        for name in targets
        if name != _ALL and not any(sign in name for sign in _SIGNS) and not any(_is_called(m, 0, name) for m in known)
    ]
    ranks = [(name, int(number)) for name, _, number in (item.partition("=") for item in rank_pattern)]
    layers = []
    for layer in range(card.layers):
        chosen = [m for m in known if any(_is_called(m, layer, name) for name in targets)] + odd
        with_rank = [
            Adapted(m, next((number for name, number in ranks if _is_called(m, layer, name.strip())), rank))
            for m in chosen
        ]
        layers.append(tuple(with_rank) if layer >= first_layer else ())
    return layers


def adapter_weights(
    card: ModelCard, how: str, layers: Sequence[Sequence[Adapted]], *, virtual_tokens: int = 0, first_layer: int = 0
) -> int:
    """Return how many weights train.

    LoRA: ``rank · (in + out)`` for each matrix; DoRA one more for each output (Liu et al. 2024, arXiv:2402.09353);
    IA3 one for each output, of `down_proj` each input (Liu et al. 2022, arXiv:2205.05638); a learned prompt the hidden
    size for each token; else every weight of the model, or of its layers from `first_layer` on and the output.
    """
    if how == "full":
        return card.parameters - _frozen_below(card, first_layer)
    if how == "prompt":
        return virtual_tokens * card.hidden_size
    return sum(_trained(each, how) for layer in layers for each in layer)


def _frozen_below(card: ModelCard, first_layer: int) -> int:
    if first_layer == 0:
        return 0
    return (
        card.parameters - card.embedding_parameters
    ) * first_layer // card.layers + card.vocabulary * card.hidden_size


def _trained(adapted: Adapted, how: str) -> int:
    matrix = adapted.matrix
    if how == "ia3":
        return matrix.inputs if matrix.short == "down_proj" else matrix.outputs
    weights = max(matrix.experts, 1) * adapted.rank * (matrix.inputs + matrix.outputs)
    return weights + matrix.outputs if how == "dora" else weights


def _is_called(matrix: Matrix, layer: int, wanted: str) -> bool:
    name = f"model.layers.{layer}.{matrix.name}"
    if wanted == _ALL:
        return not matrix.experts
    if wanted == matrix.short or name.endswith(f".{wanted}") or (matrix.experts and wanted == "experts"):
        return True
    return any(sign in wanted for sign in _SIGNS) and (fnmatchcase(name, wanted) or fnmatchcase(name, f"*.{wanted}"))
