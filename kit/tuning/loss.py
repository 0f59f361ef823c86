"""The loss of a batch, on the answer tokens only.

The usual way is one packed sequence (`kit.tuning.speed.packed`): no padding, and what all questions begin with (the
instruction) computed once. Gradients are exact in every way: what several rows read gets the sum of their gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from kit.engines.hf.prefix import Prefix, can_share, shared_length
from kit.tuning.batch import left_padded
from kit.tuning.distill.soft import Soft, divergence, together
from kit.tuning.example import Example
from kit.tuning.fitting.checkpointing import makes_checkpoints
from kit.tuning.spec import TuneSpec
from kit.tuning.speed.body import Body
from kit.tuning.speed.cross_entropy import answer_cross_entropy, widened
from kit.tuning.speed.packed import Packed, pack


class AnswerLoss(nn.Module):
    """A model together with its loss, as one module, so that data-parallel wrappers see one forward pass.

    Parameters
    ----------
    model : causal language model, perhaps with an adapter
    spec : TuneSpec
        How it is computed; see `kit.tuning.fields.computing`.
    pad : int
        Any token id; padding is masked.
    """

    def __init__(self, model: Any, spec: TuneSpec, *, pad: int) -> None:
        super().__init__()
        self.model = model
        self._spec, self._pad = spec, pad
        self._body = Body(model, spec)
        one_mask = spec.packing and spec.attn_implementation == "flash_attention_2"  # it knows rows by positions only
        self._share = spec.share_prefix and can_share(model) and not one_mask

    def forward(self, examples: Sequence[Example]) -> torch.Tensor:
        """Return the weighted cross-entropy summed over all answer tokens of `examples` (divide it yourself).

        Where they have a teacher, the divergence from it is added.
        """
        packs = self._body.packs(max(map(len, examples)))
        shares = self._share and (packs or not makes_checkpoints(self.model))  # a cache cannot be filled twice
        start = shared_length([example.question for example in examples]) if shares else 0
        with self._autocast():
            return self._packed(examples, start) if packs else self._padded(examples, start)

    @property
    def shares(self) -> bool:
        """Is what all questions of a batch begin with computed once?"""
        return self._share

    def packs(self, longest: int) -> bool:
        """Can rows of at most `longest` tokens stand in one sequence?"""
        return self._body.packs(longest)

    def states(self, packed: Packed, **inputs: Any) -> torch.Tensor:
        """Return what the output layer reads of each token; `inputs` may be embeddings in place of tokens."""
        with self._autocast():
            return self._body(packed, **inputs)

    def of_states(self, states: torch.Tensor, packed: Packed) -> torch.Tensor:
        """Return the loss of what `states` returned."""
        with self._autocast():
            return self._loss(states, packed.keep, packed.targets, packed.weights, packed.soft)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.model.device.type, torch.bfloat16, enabled=self._spec.mixed_precision == "bf16")

    def _packed(self, examples: Sequence[Example], start: int) -> torch.Tensor:
        packed = pack(examples, shared=start, device=self.model.device, rounded=not self._body.keeps)
        return self.of_states(self._body(packed), packed)

    def _padded(self, examples: Sequence[Example], start: int) -> torch.Tensor:
        """Return the same of rows that are padded on the left, so that all answers end at the same place."""
        rows = [example.question[start:] + example.answer[:-1] for example in examples]
        device = self.model.device
        batch = left_padded(rows, pad=self._pad, prefix=start, device=device)
        cache = Prefix(self.model, examples[0].question[:start]).for_rows(len(rows)) if start else None
        hidden = self._body.hidden(**batch.inputs(), past_key_values=cache, use_cache=cache is not None)
        width = hidden.shape[1]
        counts = [len(example.answer) for example in examples]
        keep = [width * (i + 1) - back for i, count in enumerate(counts) for back in range(count, 0, -1)]
        targets = torch.tensor([token for example in examples for token in example.answer], device=device)
        weights = torch.tensor([e.weight for e in examples for _ in e.answer], dtype=torch.float32, device=device)
        soft = together([example.soft for example in examples], device)
        return self._loss(hidden.flatten(0, 1), torch.tensor(keep, device=device), targets, weights, soft)

    def _loss(
        self, hidden: torch.Tensor, keep: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, soft: Soft | None
    ) -> torch.Tensor:
        hard = self._hard(hidden, keep, targets, weights)
        return hard if soft is None else hard + divergence(hidden[keep], self._body.head, soft)

    def _hard(
        self, hidden: torch.Tensor, keep: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor
    ) -> torch.Tensor:
        smoothing = self._spec.label_smoothing
        if self._spec.answer_logits:
            return answer_cross_entropy(hidden[keep], self._body.head, targets, weights, smoothing=smoothing)
        logits = widened(self._body.head(hidden)[keep])
        losses = nn.functional.cross_entropy(logits, targets, reduction="none", label_smoothing=smoothing)
        return (losses * weights).sum()
