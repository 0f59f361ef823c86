"""Log-probabilities of continuations, computing as little as the question allows.

Two shapes of work:

- every prompt has the same continuations (labels): one pass per batch of prompts gives the first token of all of them;
  further tokens continue from the same keys and values;
- each prompt has its own continuations (choices, texts): one row for each pair.

In both, tokens that all rows begin with are read once, and logits are computed only where they are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from kit.engines.hf.batch import Batch, in_batches, last_positions, left_padded
from kit.engines.hf.prefix import can_share, for_rows, read_prefix, shared_length

Heard = Callable[[int], None]


@torch.inference_mode()
def score_labels(
    model: Any,
    prompts: Sequence[Sequence[int]],
    labels: Sequence[Sequence[int]],
    *,
    batch_size: int,
    pad: int,
    on_progress: Heard | None = None,
) -> torch.Tensor:
    """Return the log-probability of each label after each prompt.

    Parameters
    ----------
    model : causal language model of Transformers
    prompts : token ids, n rows
    labels : token ids, m rows of at least one token
    batch_size : int
        Rows at a time.
    pad : int
        Any token id; padding is masked.
    on_progress : callable, optional
        Hears how many prompts are done.

    Returns
    -------
    Tensor [n, m], float32, on the CPU
    """
    start = shared_length(prompts) if can_share(model) else 0
    prefix = read_prefix(model, prompts[0][:start]) if start else None
    rest = [row[start:] for row in prompts]
    result = torch.empty(len(prompts), len(labels))
    done = 0
    for rows in in_batches([len(row) for row in rest], batch_size):
        batch = left_padded([rest[i] for i in rows], pad=pad, prefix=start, device=model.device)
        cache = for_rows(prefix, len(rows), model.config) if prefix else None
        result[rows] = _label_scores(model, batch, cache, labels).cpu()
        done += len(rows)
        if on_progress:
            on_progress(done)
    return result


def _label_scores(
    model: Any, batch: Batch, cache: DynamicCache | None, labels: Sequence[Sequence[int]]
) -> torch.Tensor:
    longer = any(len(label) > 1 for label in labels)
    reusable = can_share(model)
    if longer and cache is None and reusable:
        cache = DynamicCache(config=model.config)
    keep = last_positions(batch.ids.shape[1], 1, model.device)
    out = model(**batch.inputs(), past_key_values=cache, use_cache=cache is not None, logits_to_keep=keep)
    first = out.logits[:, -1].float().log_softmax(-1)  # [b, vocabulary]
    columns = []
    for label in labels:
        column = first[:, label[0]]
        if len(label) > 1:
            column = column + (_continue(model, batch, cache, label) if reusable else _reread(model, batch, label))
        columns.append(column)
    return torch.stack(columns, dim=-1)


def _continue(model: Any, batch: Batch, cache: DynamicCache | None, label: Sequence[int]) -> torch.Tensor:
    """Return the log-probability of the second and later tokens of `label`; the cache is left as it was."""
    assert cache is not None
    rows, more = batch.ids.shape[0], len(label) - 1
    ids = torch.tensor([label[:-1]], device=model.device).expand(rows, -1)
    mask = torch.cat([batch.mask, torch.ones(rows, more, dtype=batch.mask.dtype, device=model.device)], dim=-1)
    positions = batch.positions[:, -1:] + 1 + torch.arange(more, device=model.device)
    out = model(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True)
    cache.crop(-more)
    return _picked(out.logits, torch.tensor([label[1:]], device=model.device).expand(rows, -1))


def _reread(model: Any, batch: Batch, label: Sequence[int]) -> torch.Tensor:
    """Return the same as `_continue` for models whose state cannot be rolled back: by reading everything again."""
    rows, more = batch.ids.shape[0], len(label) - 1
    added = torch.tensor([label[:-1]], device=model.device).expand(rows, -1)
    mask = torch.cat([batch.mask, torch.ones_like(added)], dim=-1)
    positions = torch.cat(
        [batch.positions, batch.positions[:, -1:] + 1 + torch.arange(more, device=model.device)], dim=-1
    )
    out = model(
        input_ids=torch.cat([batch.ids, added], dim=-1),
        attention_mask=mask,
        position_ids=positions,
        use_cache=False,
        logits_to_keep=last_positions(batch.ids.shape[1] + more, more, model.device),
    )
    return _picked(out.logits, torch.tensor([label[1:]], device=model.device).expand(rows, -1))


@torch.inference_mode()
def score_pairs(
    model: Any,
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]],
    *,
    batch_size: int,
    pad: int,
    on_progress: Heard | None = None,
) -> torch.Tensor:
    """Return the log-probability of each continuation after its own prompt.

    Parameters
    ----------
    pairs : (prompt ids, continuation ids), n of them, each part at least one token
    model, batch_size, pad, on_progress
        As in `score_labels`.

    Returns
    -------
    Tensor [n], float32, on the CPU
    """
    prompts = [list(prompt) for prompt, _ in pairs]
    start = shared_length(prompts) if can_share(model) else 0
    prefix = read_prefix(model, prompts[0][:start]) if start else None
    rows_in = [list(prompt[start:]) + list(answer[:-1]) for prompt, answer in pairs]
    result = torch.empty(len(pairs))
    done = 0
    for rows in in_batches([len(row) for row in rows_in], batch_size):
        batch = left_padded([rows_in[i] for i in rows], pad=pad, prefix=start, device=model.device)
        cache = for_rows(prefix, len(rows), model.config) if prefix else None
        answers = [list(pairs[i][1]) for i in rows]
        longest = max(len(answer) for answer in answers)
        keep = last_positions(batch.ids.shape[1], longest, model.device)
        out = model(**batch.inputs(), past_key_values=cache, use_cache=cache is not None, logits_to_keep=keep)
        wanted = left_padded(answers, pad=pad, prefix=0, device=model.device)
        result[rows] = _picked(out.logits, wanted.ids, wanted.mask).cpu()
        done += len(rows)
        if on_progress:
            on_progress(done)
    return result


def _picked(logits: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Return the summed log-probability of `ids` [b, k] under `logits` [b, k, vocabulary], masked where 0."""
    at = logits.float()
    picked = at.gather(-1, ids.unsqueeze(-1)).squeeze(-1) - at.logsumexp(-1)
    return (picked if mask is None else picked * mask).sum(-1)
