"""What a teacher expects at the places of an answer, and how far a student is from it.

Hinton, Vinyals and Dean (2015, arXiv:1503.02531): both distributions are softened by a temperature T, and their
divergence is multiplied by T², since its gradient is 1 / T² as large. Of the teacher the k likeliest tokens are kept,
and the probability of all others together::

    T² · ( Σ_k p_k (log p_k - log q_k)  +  p_rest (log p_rest - log q_rest) )

p is the teacher's and q the student's distribution, both at T. With k the whole vocabulary it is the divergence itself;
with fewer it is that of the coarser distributions, which is never larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

STRETCH = 256  # places at a time, whose logits are computed again for the gradient


@dataclass(frozen=True, eq=False)
class Soft:
    """What a teacher expects at n places of answers.

    Parameters
    ----------
    tokens : Tensor [n, k], int64
        Its likeliest tokens at each place.
    logs : Tensor [n, k], float32
        The logarithms of their probabilities at `temperature`.
    rest : Tensor [n], float32
        The logarithm of what all other tokens have together; -inf where there are no others.
    temperature : float
    weight : float
        How much a place counts, T² not included.
    """

    tokens: torch.Tensor
    logs: torch.Tensor
    rest: torch.Tensor
    temperature: float
    weight: float

    def __len__(self) -> int:
        return len(self.tokens)


def softened(logits: torch.Tensor, temperature: float, top: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return tokens, logarithms and rest, as `Soft` has them, of a teacher's ``logits [n, vocabulary]``.

    Parameters
    ----------
    top : int
        Tokens kept at each place; the vocabulary or more keeps all.
    """
    logs = torch.log_softmax(logits.float() / temperature, dim=-1)
    kept, tokens = logs.topk(min(top, logs.shape[-1]), dim=-1)
    return tokens, kept, _rest(logs, tokens)


def together(rows: Sequence[Soft | None], device: torch.device) -> Soft | None:
    """Return what stands in `rows` as one, in their order, or None where no row has a teacher."""
    found = [row for row in rows if row is not None]
    if not found:
        return None
    assert len(found) == len(rows), "a batch has a teacher for all of its rows or for none"
    return Soft(
        tokens=torch.cat([row.tokens for row in found]).to(device),
        logs=torch.cat([row.logs for row in found]).to(device),
        rest=torch.cat([row.rest for row in found]).to(device),
        temperature=found[0].temperature,
        weight=found[0].weight,
    )


def divergence(hidden: torch.Tensor, head: nn.Module, soft: Soft, *, stretch: int = STRETCH) -> torch.Tensor:
    """Return the weighted divergence of a student from its teacher, summed over n places, in float32.

    Parameters
    ----------
    hidden : Tensor [n, h]
        What the student's output layer reads.
    head : Module
        That layer, ``h -> vocabulary``.
    """
    parts = [hidden.split(stretch), soft.tokens.split(stretch), soft.logs.split(stretch), soft.rest.split(stretch)]
    sums = [
        checkpoint(_divergence, h, head, tokens, logs, rest, soft.temperature, use_reentrant=False)
        for h, tokens, logs, rest in zip(*parts, strict=True)
    ]
    return torch.stack(sums).sum() * (soft.weight * soft.temperature**2)


def _divergence(hidden: Any, head: nn.Module, tokens: Any, logs: Any, rest: Any, temperature: float) -> torch.Tensor:
    student = torch.log_softmax(head(hidden).float() / temperature, dim=-1)
    found: torch.Tensor = (logs.exp() * (logs - student.gather(1, tokens))).sum()
    others = rest > -torch.inf
    if bool(others.any()):
        own = _rest(student[others], tokens[others])
        found = found + (rest[others].exp() * (rest[others] - own)).sum()
    return found


def _rest(logs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Return the logarithm of the probability of all tokens but `tokens`."""
    if tokens.shape[1] == logs.shape[1]:
        return logs.new_full((len(logs),), -torch.inf)
    return torch.logsumexp(logs.scatter(1, tokens, -torch.inf), dim=-1)
