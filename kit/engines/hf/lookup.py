"""One pass of a model over some rows, with logits only at the places that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from kit.engines.hf.prefix import Prefix, can_share
from kit.engines.hf.sheet import Sheet
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
        self._masked = can_share(model)  # else tokens see what the model itself lets them see
        self.vocabulary: int = model.config.get_text_config().vocab_size

    def read(self, rows: Sequence[Row], prefix: Prefix | None) -> list[tuple[float, bool]]:
        """Return for each look of each row the log-probability of its token, and whether it is the likeliest there.

        Parameters
        ----------
        rows : sequence of Row
            Read in one pass, after `prefix`.
        """
        device, sheet = self._model.device, Sheet(rows, several=self._masked)
        places = [sheet.place(number, look.place) for number, row in enumerate(rows) for look in row.looks]
        if not places:
            return []
        tokens = torch.tensor([look.token for row in rows for look in row.looks], device=device)
        at, of = torch.unique(torch.tensor(places, device=device), return_inverse=True)
        logits = self._logits(sheet, prefix, at)
        most, best = logits.max(-1)
        wanted = logits[of, tokens]
        # The logarithm of the sum of exponentials, in place: the table is by far the largest thing here.
        normal = logits.sub_(most.unsqueeze(-1)).exp_().sum(-1).log_() + most
        found = wanted - normal[of]
        return list(zip(found.tolist(), (best[of] == tokens).tolist(), strict=True))

    def _logits(self, sheet: Sheet, prefix: Prefix | None, at: torch.Tensor) -> torch.Tensor:
        """Return the logits [k, vocabulary], float32, at the places `at` of the lines laid end to end."""
        device, before = self._model.device, prefix.length if prefix else 0
        inputs: dict[str, Any] = {"input_ids": sheet.ids.to(device)}
        if prefix is not None or not sheet.plain:
            inputs["position_ids"] = sheet.positions.to(device) + before
            inputs["attention_mask"] = self._mask(sheet.sees().to(device), before)
        if prefix is not None:
            inputs["past_key_values"] = prefix.for_rows(len(sheet.ids))
        # The output layer is handed the places that are looked at, instead of all: whatever a model does to logits
        # afterwards (scale them, cap them) it does to these.
        handle = self._head.register_forward_pre_hook(lambda _, hidden: hidden[0].flatten(0, 1)[at].unsqueeze(0))
        try:
            out = self._model(**inputs, use_cache=prefix is not None)
        finally:
            handle.remove()
        return torch.as_tensor(out.logits[0]).float()

    def _mask(self, sees: torch.Tensor, before: int) -> torch.Tensor:
        """Return who sees whom [n, 1, w, p + w], every token of the prefix seen by all."""
        sees = torch.nn.functional.pad(sees, (before, 0), value=True).unsqueeze(1)
        if not self._eager:
            return sees
        dtype = self._model.dtype
        return torch.zeros(sees.shape, dtype=dtype, device=sees.device).masked_fill_(~sees, torch.finfo(dtype).min)
