"""What a model expects at each place of a text, some places at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from kit.engines.hf.prompt import start_of_text
from kit.engines.protocol import Distributions


def distributions(
    model: Any, tokenizer: Any, texts: Sequence[str], *, places: int, context: int | None
) -> Iterator[Distributions]:
    """Yield log-probabilities over the vocabulary, texts in order (see `Engine.distributions`).

    Parameters
    ----------
    places : int
        Tokens at a time, at least 1; what is yielded takes ``4 * places * vocabulary`` bytes.
    context : int or None
        Tokens that the model can read at once.
    """
    for number, text in enumerate(texts):
        tokens = list(tokenizer(text, add_special_tokens=False)["input_ids"])[:context]
        read = [start_of_text(tokenizer), *tokens[:-1]]
        cache = DynamicCache(config=model.config)
        for start in range(0, len(tokens), places):
            end = min(start + places, len(tokens))
            with torch.inference_mode():
                ids = torch.tensor([read[start:end]], device=model.device)
                logits = model(input_ids=ids, past_key_values=cache, use_cache=True).logits[0].float()
                table = logits.log_softmax(-1).cpu().numpy()
            yield Distributions(number, torch.tensor(tokens[start:end]).numpy(), table)
