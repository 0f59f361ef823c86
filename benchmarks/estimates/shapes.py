"""Models of random weights in the shapes of well-known ones, so that nothing has to be fetched."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

_COMMON = {"max_position_embeddings": 8192, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 0}
_PIECE = 1 << 20  # numbers drawn once and repeated: drawing a billion takes longer than all that is measured

# layers, hidden size, heads, KV heads, feed-forward width, vocabulary, tied embeddings
SHAPES = {
    "tiny": (2, 64, 4, 2, 128, 1024, True),
    "0.1B": (30, 576, 9, 3, 1536, 49152, True),
    "0.4B": (32, 960, 15, 5, 2560, 49152, True),
    "0.5B": (24, 896, 14, 2, 4864, 151936, True),
    "1.1B": (22, 2048, 32, 4, 5632, 32000, False),
    "1.5B": (28, 1536, 12, 2, 8960, 151936, True),
}


def config_of(shape: str) -> Any:
    """Return the configuration of a Llama of that shape."""
    from transformers import LlamaConfig

    layers, hidden, heads, kv_heads, width, vocabulary, tied = SHAPES[shape]
    return LlamaConfig(
        num_hidden_layers=layers,
        hidden_size=hidden,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        intermediate_size=width,
        vocab_size=vocabulary,
        tie_word_embeddings=tied,
        **_COMMON,
    )


def write_model(shape: str, folder: Path) -> Path:
    """Write the model to `folder` in bf16, unless it is there, with a tokenizer of as many words, and return it."""
    if (folder / "config.json").exists():
        return folder
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config_of(shape), dtype=torch.bfloat16)
    model.to_empty(device="cpu")
    model.tie_weights()
    piece = torch.randn(_PIECE).mul_(0.02).to(torch.bfloat16)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(piece.repeat(math.ceil(weight.numel() / _PIECE))[: weight.numel()].view_as(weight))
    _tokenizer(SHAPES[shape][5]).save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def main() -> None:
    """Write the model of the shape and to the folder that the command line names."""
    write_model(sys.argv[1], Path(sys.argv[2]))


def _tokenizer(vocabulary: int) -> Any:
    """Return a tokenizer that knows the words "0", "1", … and no other."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.WordLevel({str(i): i for i in range(vocabulary)}, unk_token="0"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="0", pad_token="0", eos_token="1")


if __name__ == "__main__":
    main()
