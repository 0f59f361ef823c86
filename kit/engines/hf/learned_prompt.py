"""A learned prompt put into a model, so that whatever opens the model reads it.

The virtual tokens become special tokens of the tokenizer, which stand before every text and every conversation; their
vectors become rows of the input layer. Where the layers have rows that no token uses, these are taken, and the model
answers exactly as with the prompt. Else the output layer gets new rows too, the mean of all others for each: by
Jensen's inequality they take at most log(1 + n / V) off every log-probability (n virtual tokens, V in the vocabulary:
0.0004 for 20 in 49,152), the same off all tokens of a place, and are never the likeliest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers.processors import Sequence, TemplateProcessing


@torch.no_grad()
def put_in(model: Any, tokenizer: Any, adapter: Path) -> None:
    """Change `model` and `tokenizer` to begin with the learned prompt that peft keeps in `adapter`.

    Parameters
    ----------
    model : causal language model of Transformers
    tokenizer : fast tokenizer of Transformers
    adapter : Path
        Folder whose ``adapter_model.safetensors`` holds ``prompt_embeddings`` [n, d].
    """
    vectors = load_file(adapter / "adapter_model.safetensors")["prompt_embeddings"]
    tokens = [f"<|learned-{i}|>" for i in range(len(vectors))]
    output = model.get_output_embeddings().weight.detach().clone()
    size = model.get_input_embeddings().num_embeddings
    tokenizer.add_special_tokens({"extra_special_tokens": tokens}, replace_extra_special_tokens=False)
    ids = tokenizer.convert_tokens_to_ids(tokens)
    _untie(model, output)
    model.resize_token_embeddings(max(len(tokenizer), size), mean_resizing=False)
    model.get_input_embeddings().weight[ids] = vectors.to(model.get_input_embeddings().weight.dtype)
    model.get_output_embeddings().weight[[each for each in ids if each >= size]] = output.mean(dim=0)
    _put_before(tokenizer, tokens, ids)


def _untie(model: Any, output: torch.Tensor) -> None:
    """Give the output layer weights of its own: its new rows differ from those of the input layer."""
    model.config.get_text_config().tie_word_embeddings = False
    model.config.tie_word_embeddings = False
    model.get_output_embeddings().weight = torch.nn.Parameter(output)


def _put_before(tokenizer: Any, tokens: list[str], ids: list[int]) -> None:
    prompt = " ".join(tokens)
    first = TemplateProcessing(
        single=f"{prompt} $A", pair=f"{prompt} $A $B", special_tokens=list(zip(tokens, ids, strict=True))
    )
    core = tokenizer.backend_tokenizer
    core.post_processor = first if core.post_processor is None else Sequence([core.post_processor, first])
    if tokenizer.chat_template:
        tokenizer.chat_template = "".join(tokens) + tokenizer.chat_template
