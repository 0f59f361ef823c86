"""A tiny Llama of random weights with a tokenizer of its own, made in code: nothing is downloaded.

Every width divides by 256, so that all formats fit; weights are large enough that answers differ clearly in chance.
"""

from __future__ import annotations

from pathlib import Path

TEXTS = (
    "The price of the share goes up and the price of the bond goes down.",
    "The payment was sent to an account that was opened yesterday.",
    "Every method holds the same weights in another way, and none is right in all cases.",
    "A short text.",
)
_TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_VOCABULARY = 512


def tiny_model(folder: Path) -> Path:
    """Write the model and its tokenizer into `folder` and return it; the same numbers each time."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    config = LlamaConfig(
        vocab_size=_VOCABULARY,
        hidden_size=256,
        intermediate_size=768,  # another number than the vocabulary, by which some tell the output layer
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.08,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config).to(torch.bfloat16).save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def calibration_rows(path: Path) -> Path:
    """Write texts to calibrate by, as JSON lines, and return the file."""
    import json

    lines = [json.dumps({"text": f"{text} {number}"}) for number in range(8) for text in TEXTS]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(TEXTS, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<|endoftext|>", eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    tokenizer.chat_template = _TEMPLATE
    return tokenizer
