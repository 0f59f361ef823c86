"""One pass of a model over some rows, with logits only at the places that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from kit.engines.hf.prefix import Prefix
from kit.engines.hf.tree import Row


class Lookup:
    """Looks up how likely single tokens are at single places.

    Parameters
    ----------
    model : causal language model of Transformers
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._head = model.get_output_embeddings()
        self._eager = getattr(model.config, "_attn_implementation", "sdpa") == "eager"
        self.vocabulary: int = model.config.get_text_config().vocab_size

    def read(self, rows: Sequence[Row], prefix: Prefix | None) -> list[tuple[float, bool]]:
        """Return for each look of each row the log-probability of its token, and whether it is the likeliest there.

        Parameters
        ----------
        rows : sequence of Row
            Read in one pass, after `prefix`.
        """
        device, longest = self._model.device, max(len(row.ids) for row in rows)
        places = [number * longest + look.place for number, row in enumerate(rows) for look in row.looks]
        if not places:
            return []
        tokens = torch.tensor([look.token for row in rows for look in row.looks], device=device)
        at, of = torch.unique(torch.tensor(places, device=device), return_inverse=True)
        logits = self._logits(rows, longest, prefix, at)
        normal, best = logits.logsumexp(-1), logits.argmax(-1)
        found = logits[of, tokens] - normal[of]
        return list(zip(found.tolist(), (best[of] == tokens).tolist(), strict=True))

    def _logits(self, rows: Sequence[Row], longest: int, prefix: Prefix | None, at: torch.Tensor) -> torch.Tensor:
        """Return the logits [k, vocabulary], float32, at the places `at` of the rows laid end to end."""
        inputs = _padded(rows, longest, self._model.device)
        if prefix is not None or any(row.branches[-1] for row in rows):
            inputs |= self._tree_inputs(rows, longest, prefix)
        # The output layer is handed the places that are looked at, instead of all: whatever a model does to logits
        # afterwards (scale them, cap them) it does to these.
        handle = self._head.register_forward_pre_hook(lambda _, hidden: hidden[0].flatten(0, 1)[at].unsqueeze(0))
        try:
            out = self._model(**inputs, use_cache=prefix is not None)
        finally:
            handle.remove()
        return torch.as_tensor(out.logits[0]).float()

    def _tree_inputs(self, rows: Sequence[Row], longest: int, prefix: Prefix | None) -> dict[str, Any]:
        device, before = self._model.device, prefix.length if prefix else 0
        positions = torch.tensor([row.positions + [0] * (longest - len(row.ids)) for row in rows], device=device)
        inputs: dict[str, Any] = {
            "position_ids": positions + before,
            "attention_mask": self._mask(rows, longest, before),
        }
        return inputs | ({"past_key_values": prefix.for_rows(len(rows))} if prefix else {})

    def _mask(self, rows: Sequence[Row], longest: int, before: int) -> torch.Tensor:
        """Return who sees whom [b, 1, s, p + s]: each token the prefix, the trunk before it and its own branch."""
        device = self._model.device
        branch = torch.tensor([row.branches + [0] * (longest - len(row.ids)) for row in rows], device=device)
        earlier = torch.ones(longest, longest, dtype=torch.bool, device=device).tril()
        related = (branch[:, None, :] == 0) | (branch[:, None, :] == branch[:, :, None])
        sees = torch.nn.functional.pad(earlier & related, (before, 0), value=True).unsqueeze(1)
        if not self._eager:
            return sees
        dtype = self._model.dtype
        return torch.zeros(sees.shape, dtype=dtype, device=device).masked_fill_(~sees, torch.finfo(dtype).min)


def _padded(rows: Sequence[Row], longest: int, device: torch.device) -> dict[str, Any]:
    """Return the rows padded at their ends, where no token before looks: so no mask is needed for it."""
    return {"input_ids": torch.tensor([row.ids + [0] * (longest - len(row.ids)) for row in rows], device=device)}
