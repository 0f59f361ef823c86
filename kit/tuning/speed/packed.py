"""Rows one after the other in one sequence, without padding.

The beginning that all rows share stands first and once; each row follows it in place. Linear layers, norms and gates
then compute each token once. Only attention needs to know where a row ends: `groups` lists rows of like length, which
it computes together (`kit.tuning.speed.attention`). No row sees another.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from kit.tuning.distill.soft import Soft, together
from kit.tuning.example import Example

_SLACK = 1.3  # the longest row of a group in parts of its shortest, beyond a few tokens
_FEW = 8


@dataclass(frozen=True)
class Group:
    """Rows that attention computes together, padded on the right to the longest; b rows of at most s tokens.

    Parameters
    ----------
    take : Tensor [b * s]
        The place of each token in the sequence; padding repeats the row's last place.
    put : Tensor [n]
        Where in ``b * s`` the tokens that are no padding stand, in their order in the sequence.
    rows, longest : int
        b and s.
    even : bool
        Are all rows equally long?
    """

    take: torch.Tensor
    put: torch.Tensor
    rows: int
    longest: int
    even: bool


@dataclass(frozen=True)
class Packed:
    """Rows as one sequence of t tokens, the first `shared` of which belong to every row.

    Parameters
    ----------
    ids, positions : Tensor [1, t]
        Token ids, and the place of each in its own row.
    shared : int
        Tokens of the common beginning.
    before : Group, optional
        The common beginning, as a row of its own.
    groups : tuple of Group
    keep : Tensor [a]
        Places whose next token is an answer token.
    targets : Tensor [a]
        Those answer tokens.
    weights : Tensor [a]
        How much each counts, float32.
    order : tuple of int
        Which example each row of the sequence is, in its order.
    spans : tuple of (int, int)
        The first place of each row, and the one past its last.
    soft : Soft, optional
        What a teacher expects at the places in `keep`.
    tail : int
        How many tokens at the end belong to no row: they are there for the length alone, and nobody sees them.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    shared: int
    before: Group | None
    groups: tuple[Group, ...]
    keep: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    order: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    soft: Soft | None = None
    tail: int = 0

    def seen(self) -> torch.Tensor:
        """Return which token sees which as a mask [t, t], True where it does."""
        t, p = self.ids.shape[1], self.shared
        row = torch.zeros(t, dtype=torch.long, device=self.ids.device)
        row[p:] = (self.positions[0, p:] == p).cumsum(0)
        same = (row[:, None] == row) | (row == 0)[None]
        return same & torch.ones_like(same).tril()


def pack(examples: Sequence[Example], *, shared: int, device: torch.device, rounded: bool = False) -> Packed:
    """Return `examples`, whose questions all begin with the same `shared` tokens, as one sequence.

    Parameters
    ----------
    rounded : bool, default False
        Is the sequence made a little longer, so that few lengths come up? Libraries prepare matrix products for each
        length anew, and keep what they prepared: half a gigabyte after a hundred steps, were no two alike.
    """
    order = sorted(range(len(examples)), key=lambda i: len(examples[i]))
    rows = [examples[i].question[shared:] + examples[i].answer[:-1] for i in order]
    answers = [examples[i].answer for i in order]
    starts = [shared]
    for row in rows:
        starts.append(starts[-1] + len(row))
    ids = [*examples[0].question[:shared], *(token for row in rows for token in row)]
    positions = [*range(shared), *(shared + i for row in rows for i in range(len(row)))]
    tail = _rounded(len(ids)) - len(ids) if rounded else 0
    ids += [0] * tail
    positions += range(shared, shared + tail)  # as a row of its own, by which masks tell it apart
    keep = [end - back for end, answer in zip(starts[1:], answers, strict=True) for back in range(len(answer), 0, -1)]
    weights = [examples[i].weight for i, answer in zip(order, answers, strict=True) for _ in answer]
    return Packed(
        ids=torch.tensor([ids], device=device),
        positions=torch.tensor([positions], device=device),
        shared=shared,
        before=_group([0, shared], device) if shared else None,
        groups=tuple(_group(starts[i:j], device) for i, j in _alike([len(row) for row in rows])),
        keep=torch.tensor(keep, device=device),
        targets=torch.tensor([token for answer in answers for token in answer], device=device),
        weights=torch.tensor(weights, dtype=torch.float32, device=device),
        order=tuple(order),
        spans=tuple(itertools.pairwise(starts)),
        soft=together([examples[i].soft for i in order], device),
        tail=tail,
    )


def _rounded(tokens: int) -> int:
    """Return the next of sixteen lengths between a power of two and the next, at least a multiple of 16."""
    step = max(16, 1 << max(tokens.bit_length() - 5, 0))
    return -(-tokens // step) * step


def _alike(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return stretches of ascending `lengths` in which padding is little, as first and past the last (inclusive)."""
    cuts, first = [], 0
    for i, length in enumerate(lengths):
        if length > _SLACK * lengths[first] + _FEW:
            cuts.append((first, i + 1))
            first = i
    return [*cuts, (first, len(lengths) + 1)]


def _group(starts: Sequence[int], device: torch.device) -> Group:
    """Return the rows that lie between consecutive `starts`."""
    lengths = [end - start for start, end in itertools.pairwise(starts)]
    longest = max(lengths)
    take = [start + min(i, n - 1) for start, n in zip(starts, lengths, strict=False) for i in range(longest)]
    put = [row * longest + i for row, n in enumerate(lengths) for i in range(n)]
    return Group(
        torch.tensor(take, device=device),
        torch.tensor(put, device=device),
        len(lengths),
        longest,
        len(put) == len(take),
    )
