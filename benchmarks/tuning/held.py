"""The loss on held rows: one piece of code that measures the model of every tool, as it is in memory."""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.tuning.job import Row


@torch.no_grad()
def held_loss(model: Any, rows: list[Row], batch: int = 16) -> float:
    """Return the mean cross-entropy of an answer token (its end included) in nats, summed up in float32.

    Rows are padded on the left, so that all answers end at the same place and only their logits are computed.
    """
    was_training = model.training
    model.eval()
    ordered = sorted(rows, key=len)
    total, tokens = 0.0, 0
    for start in range(0, len(ordered), batch):
        part = ordered[start : start + batch]
        total += _summed(model, part)
        tokens += sum(len(row.answer) for row in part)
    model.train(was_training)
    return total / tokens


def _summed(model: Any, rows: list[Row]) -> float:
    device = next(model.parameters()).device
    longest, keep = max(map(len, rows)) - 1, max(len(row.answer) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    targets = torch.full((len(rows), keep), -100)
    for i, row in enumerate(rows):
        read = [*row.question, *row.answer[:-1]]
        ids[i, longest - len(read) :] = torch.tensor(read)
        mask[i, longest - len(read) :] = 1
        targets[i, keep - len(row.answer) :] = torch.tensor(row.answer)
    out = model(
        input_ids=ids.to(device),
        attention_mask=mask.to(device),
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0).to(device),
        logits_to_keep=torch.arange(longest - keep, longest, device=device),
        use_cache=False,
    )
    logits = out.logits.float().flatten(0, 1)
    loss = torch.nn.functional.cross_entropy(logits, targets.flatten().to(device), ignore_index=-100, reduction="sum")
    return float(loss)
