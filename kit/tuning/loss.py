"""The loss of a batch, on the answer tokens only.

What all questions of a batch begin with (the instruction) is read once: its keys and values are expanded to all rows,
and the gradient of an expanded tensor is the sum over its copies, so the gradients are exact. Logits are computed for
the last positions only, where the answers stand, since rows are padded on the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from kit.engines.hf.prefix import Prefix, can_share, shared_length
from kit.tuning.batch import last_positions, left_padded
from kit.tuning.example import Example


class AnswerLoss(nn.Module):
    """A model together with its loss, as one module, so that data-parallel wrappers see one forward pass.

    Parameters
    ----------
    model : causal language model, with its adapter
    pad : int
        Any token id; padding is masked.
    """

    def __init__(self, model: Any, *, pad: int) -> None:
        super().__init__()
        self.model = model
        self._pad = pad
        self._share = can_share(model)

    def forward(self, examples: Sequence[Example]) -> torch.Tensor:
        """Return the cross-entropy summed over all answer tokens of `examples` (divide by their number yourself)."""
        start = shared_length([example.question for example in examples]) if self._share else 0
        rows = [example.question[start:] + example.answer[:-1] for example in examples]
        answers = [example.answer for example in examples]
        longest = max(len(answer) for answer in answers)
        device = self.model.device
        batch = left_padded(rows, pad=self._pad, prefix=start, device=device)
        wanted = left_padded(answers, pad=self._pad, prefix=0, device=device)
        cache = Prefix(self.model, examples[0].question[:start]).for_rows(len(rows)) if start else None
        keep = last_positions(batch.ids.shape[1], longest, device)
        out = self.model(**batch.inputs(), past_key_values=cache, use_cache=cache is not None, logits_to_keep=keep)
        targets = wanted.ids.masked_fill(wanted.mask == 0, -100)
        logits = out.logits.float()
        return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum")
