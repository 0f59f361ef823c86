"""The peak memory of tuning, from what the backward pass keeps of every layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import _
from kit.machine.facts import MIB
from kit.models.card import ModelCard
from kit.models.estimates.answering import BNB_RUNTIME_BYTES, feed_forward_width, largest_matrix
from kit.models.estimates.weights import METHOD_BITS, weights_bytes

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
HOW = ("lora", "qlora", "full")

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
) -> TuningEstimate:
    """Predict the peak memory of one training process.

    For rows of your own, ``kit.TuneSpec(…).needs().memory_bytes`` counts the tokens and asks this.

    Parameters
    ----------
    card : ModelCard
        The model.
    how : {"lora", "qlora", "full"}
        Adapter on plain weights (Hu et al. 2021, arXiv:2106.09685), on nf4 weights (Dettmers et al. 2023,
        arXiv:2305.14314), or every weight.
    tokens : int
        In one micro-batch, a shared beginning counted once.
    answers : int
        Tokens of one micro-batch whose loss counts.
    precision : {"bf16", "fp32"}, default "bf16"
        Of frozen weights and activations, and in full tuning of all that trains. Adapters train in fp32.
    rank : int, default 16
        Of the adapter.
    targets : sequence of str
        Matrices of a layer that have an adapter.
    checkpointing : bool, default False
        Keep only what goes into each layer, and compute the rest a second time (Chen et al. 2016, arXiv:1604.06174).

    Raises
    ------
    ParameterError
        A value that is not allowed.
    """
    _check(how, precision, tokens, answers)
    size = 2 if precision == "bf16" else 4
    layer = kept_bytes(card, how, precision, rank, targets) * tokens
    kept = layer + card.layers * tokens * card.hidden_size * size if checkpointing else layer * card.layers
    trained = card.parameters if how == "full" else adapter_weights(card, rank, targets)
    unpacked = 2 * largest_matrix(card) if how == "qlora" else 0
    return TuningEstimate(
        model=card.name,
        how=how,
        precision=precision,
        weights_bytes=weights_bytes(card, METHOD_BITS["bnb-nf4"] if how == "qlora" else 8 * size),
        trained=trained,
        state_bytes=_state_bytes(card, how, trained, size),
        activation_bytes=_SLACK * kept + _WORKING * layer + unpacked,
        logits_bytes=_LOGIT_BYTES * answers * card.vocabulary,
        runtime_bytes=BNB_RUNTIME_BYTES if how == "qlora" else RUNTIME_BYTES,
    )


def _state_bytes(card: ModelCard, how: str, trained: int, size: int) -> float:
    if how != "full":
        return trained * 4 * _STATES
    return (2 * trained + card.embedding_parameters) * size  # other gradients come as activations go


def adapter_weights(card: ModelCard, rank: int, targets: Sequence[str]) -> int:
    """Return the weights of LoRA on `targets`: ``rank · (in + out)`` for each, in every layer."""
    return card.layers * rank * sum(sum(_shape(card, name)) for name in targets)


def kept_bytes(card: ModelCard, how: str, precision: str, rank: int, targets: Sequence[str]) -> float:
    """Return the bytes that one layer keeps of one token for the backward pass.

    Two norms keep their input in fp32; attention its queries, keys, values and output, and a sum for each head in
    fp32; the feed-forward block gate, its activation and up. A frozen matrix keeps nothing. One that trains keeps its
    input, once where several read the same; an adapter on bf16 weights an fp32 copy of its own.
    """
    size = 2 if precision == "bf16" else 4
    hidden, width = card.hidden_size, feed_forward_width(card)
    query, key = card.heads * card.head_size, card.kv_heads * card.head_size
    out = card.heads * (card.value_head_dim or card.head_size)
    value = key if card.kv_rank is None else out
    kept = 2 * 4 * hidden + size * (query + key + value + out) + 4 * card.heads + 3 * size * width
    if how == "full":
        return float(kept + size * (4 * hidden + width))  # norms before scaling and after, and what goes into down
    if precision == "bf16":
        return float(kept + 4 * sum(_shape(card, name)[0] + rank for name in targets))
    inputs = {source: size for source, size in (_input(card, name) for name in targets) if source != "attention"}
    return float(kept + 4 * (sum(inputs.values()) + rank * len(targets)))


def _shape(card: ModelCard, name: str) -> tuple[int, int]:
    """Return what goes into the matrix called `name` and what comes out; of an unknown one, the hidden size twice."""
    hidden, width = card.hidden_size, card.intermediate_size
    query, key = card.heads * card.head_size, card.kv_heads * card.head_size
    known = {
        "q_proj": (hidden, query),
        "k_proj": (hidden, key),
        "v_proj": (hidden, key),
        "o_proj": (query, hidden),
        "gate_proj": (hidden, width),
        "up_proj": (hidden, width),
        "down_proj": (width, hidden),
    }
    return known.get(name, (hidden, hidden))


def _input(card: ModelCard, name: str) -> tuple[str, int]:
    """Return which activation goes into the matrix called `name`, and its width."""
    if name == "o_proj":
        return "attention", card.heads * card.head_size
    source = {"gate_proj": "second norm", "up_proj": "second norm", "down_proj": "product"}.get(name, "first norm")
    return source, _shape(card, name)[0]


def _check(how: str, precision: str, tokens: int, answers: int) -> None:
    for name, value, allowed in (("how", how, HOW), ("precision", precision, ("bf16", "fp32"))):
        if value not in allowed:
            raise ParameterError(name, value, allowed=_("one of ") + ", ".join(allowed))
    for name, count in (("tokens", tokens), ("answers", answers)):
        if count < 0:
            raise ParameterError(name, count, allowed=_("at least 0"))
