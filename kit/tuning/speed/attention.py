"""Attention over packed rows: each token sees the shared beginning and its own row up to itself.

The keys of the shared beginning are multiplied with the queries of all rows at once, so nothing is copied for each
row. Short rows keep their probabilities for the backward pass (the matrices are tiny, and PyTorch's own attention on
the CPU spends more on its bookkeeping there); long ones go through PyTorch's, which keeps none.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from kit.tuning.lengths import SHORT as _SHORT
from kit.tuning.speed.cross_entropy import widened
from kit.tuning.speed.packed import Group, Packed

NAME = "tunebook_packed"
Pair = tuple[torch.Tensor, torch.Tensor]  # keys and values of the shared beginning, [kv heads, p, d]


def packed_attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    packed: Packed | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within `packed` rows; without them, as PyTorch's scaled dot-product attention.

    Parameters
    ----------
    query : Tensor [1, heads, t, d]
    key, value : Tensor [1, kv heads, t, d]
    packed : Packed, optional
        Handed through the model's forward by whoever packed the rows.

    Returns
    -------
    output : Tensor [1, t, heads, d]
    nothing : None
        In place of the probabilities.
    """
    if packed is None:
        out, _ = sdpa_attention_forward(module, query, key, value, attention_mask, dropout, scaling, **kwargs)
        return out, None
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    q, k, v = (each[0].transpose(0, 1).to(value.dtype) for each in (query, key, value))  # [t, heads, d]
    with torch.autocast(query.device.type, enabled=False):  # which left queries and keys wider than values
        return attend(q, k, v, packed, scale)[None], None


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, packed: Packed, scale: float) -> torch.Tensor:
    """Return the attention of tokens ``q [t, heads, d]`` over ``k, v [t, kv heads, d]`` as ``[t, heads, d]``."""
    p = packed.shared
    nothing = (k.new_empty(k.shape[1], 0, k.shape[2]), v.new_empty(v.shape[1], 0, v.shape[2]))
    before, parts = nothing, []
    if packed.before is not None:  # as a copy, it does not keep all keys for the backward pass
        before = (k[:p].transpose(0, 1).contiguous(), v[:p].transpose(0, 1).contiguous())
        parts.append((_short if p <= _SHORT else _long)(q, k, v, nothing, packed.before, scale))
    for group in packed.groups:
        rows = _short if p + group.longest <= _SHORT else _long
        found = rows(q, k, v, before, group, scale)
        parts.append(found if group.even else found.index_select(0, group.put))
    if packed.tail:
        parts.append(q.new_zeros(packed.tail, *q.shape[1:]))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _short(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    before: Pair,
    group: Group,
    scale: float,
) -> torch.Tensor:
    b, s, kv, d = group.rows, group.longest, k.shape[1], q.shape[2]
    heads = q.shape[1] // kv
    qs = q.index_select(0, group.take).view(b, s, kv, heads, d).permute(2, 0, 3, 1, 4).contiguous()
    ks, vs = (each.index_select(0, group.take).view(b, s, kv, d).permute(2, 0, 1, 3).contiguous() for each in (k, v))
    out: torch.Tensor = _Rows.apply(qs, ks, vs, *before, scale)  # [kv, b, heads, s, d]
    return out.permute(1, 3, 0, 2, 4).reshape(b * s, kv * heads, d)


def _long(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    before: Pair,
    group: Group,
    scale: float,
) -> torch.Tensor:
    b, s = group.rows, group.longest
    qs, ks, vs = (each.index_select(0, group.take).view(b, s, *each.shape[1:]).transpose(1, 2) for each in (q, k, v))
    p = before[0].shape[1]
    mask = None
    if p:
        ks, vs = (torch.cat([x.expand(b, -1, -1, -1), own], dim=2) for x, own in zip(before, (ks, vs), strict=True))
        mask = torch.ones(s, p + s, dtype=torch.bool, device=q.device).tril(p)
    out = nn.functional.scaled_dot_product_attention(
        qs, ks, vs, attn_mask=mask, is_causal=mask is None, scale=scale, enable_gqa=True
    )
    return out.transpose(1, 2).reshape(b * s, *q.shape[1:])


class _Rows(torch.autograd.Function):
    """Attention of short rows over a shared beginning and themselves, its backward pass written out.

    Shapes: q [kv, b, h, s, d]; k, v [kv, b, s, d]; the beginning's keys and values [kv, p, d].
    """

    @staticmethod
    def forward(ctx: Any, q: Any, k: Any, v: Any, k0: Any, v0: Any, scale: float) -> torch.Tensor:
        kv, b, h, s, d = q.shape
        p = k0.shape[1]
        own = torch.matmul(q.view(kv, b, h * s, d), k.transpose(2, 3)).view(kv, b, h, s, s)
        first = torch.matmul(q.view(kv, b * h * s, d), k0.transpose(1, 2)).view(kv, b, h, s, p)
        scores = widened(torch.cat([first, own], dim=-1)).mul_(scale)
        scores.masked_fill_(torch.ones(s, p + s, dtype=torch.bool, device=q.device).triu(p + 1), float("-inf"))
        share = torch.softmax(scores, dim=-1).to(q.dtype)
        ctx.save_for_backward(q, k, v, k0, v0, share)
        ctx.scale = scale
        return _weighted(share, v, v0)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> Any:  # type: ignore[override]
        q, k, v, k0, v0, share = ctx.saved_tensors
        kv, b, h, s, d = q.shape
        p = k0.shape[1]
        grad = grad.contiguous()
        by_row, flat = grad.view(kv, b, h * s, d), grad.view(kv, b * h * s, d)
        towards = [torch.matmul(flat, v0.transpose(1, 2)).view(kv, b, h, s, p)]
        towards.append(torch.matmul(by_row, v.transpose(2, 3)).view(kv, b, h, s, s))
        full = widened(share)
        scores = torch._softmax_backward_data(widened(torch.cat(towards, dim=-1)), full, -1, full.dtype)
        scores = scores.mul_(ctx.scale).to(q.dtype)
        first, own = _parts(scores, p)
        share0, share1 = _parts(share, p)
        grad_q = torch.matmul(own, k).view(kv, b, h, s, d)
        if p:
            grad_q = grad_q + torch.matmul(first, k0).view(kv, b, h, s, d)
        return (
            grad_q,
            torch.matmul(own.transpose(2, 3), q.view(kv, b, h * s, d)),
            torch.matmul(share1.transpose(2, 3), by_row),
            torch.matmul(first.transpose(1, 2), q.view(kv, b * h * s, d)),
            torch.matmul(share0.transpose(1, 2), flat),
            None,
        )


def _parts(x: torch.Tensor, p: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Divide ``[kv, b, h, s, p + s]`` into the beginning ``[kv, b h s, p]`` and the rows ``[kv, b, h s, s]``."""
    kv, b, h, s, _ = x.shape
    return x[..., :p].reshape(kv, b * h * s, p), x[..., p:].reshape(kv, b, h * s, s)


def _weighted(share: torch.Tensor, v: torch.Tensor, v0: torch.Tensor) -> torch.Tensor:
    p = v0.shape[1]
    first, own = _parts(share, p)
    out = torch.matmul(own, v)
    if p:
        out += torch.matmul(first, v0).view(out.shape)
    kv, b, h, s, _ = share.shape
    return out.view(kv, b, h, s, v.shape[-1])


AttentionInterface.register(NAME, packed_attention)
AttentionMaskInterface.register(NAME, sdpa_mask)
