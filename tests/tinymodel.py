"""Tiny random models of real architectures, with a real tokenizer, and rows that a tiny model can learn.

Made once a session; every weight is drawn with a seed, so expected numbers are the same everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

SENTENCES = (
    "The payment was sent to an account that was opened yesterday.",
    "Classify the text. Answer with one of: down, up.",
    "The price of the share goes up and the price of the bond goes down.",
    "Der Preis steigt, der Kurs fällt.",
)
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SHAPE = {
    "vocab_size": 400,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.15,  # large enough that answers differ clearly in probability
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


def make_tokenizer() -> Any:
    """Return a byte-level BPE tokenizer with a ChatML template: every text can be written, some words are one token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(SENTENCES, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<|endoftext|>", eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def save_model(folder: Path, config: Any, *, seed: int = 0) -> Path:
    """Write a model of random weights and the tokenizer to `folder`."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    make_tokenizer().save_pretrained(folder)
    return folder


def write_rows(path: Path, texts: Sequence[str], labels: Sequence[str]) -> Path:
    """Write labelled texts as JSON lines."""
    rows = [json.dumps({"text": text, "label": label}) for text, label in zip(texts, labels, strict=True)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of two layers, as a folder."""
    from transformers import LlamaConfig

    return save_model(tmp_path_factory.mktemp("tiny") / "llama", LlamaConfig(**SHAPE))


@pytest.fixture(scope="session")
def sliding_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Mistral whose tokens see only the last eight, so that its cache does not hold every token."""
    from transformers import MistralConfig

    return save_model(tmp_path_factory.mktemp("tiny") / "mistral", MistralConfig(**SHAPE, sliding_window=8))


@pytest.fixture
def rows_file(tmp_path: Path) -> Path:
    """Sixty rows whose label is the last word of the text."""
    subjects = ("The price", "The share", "Der Kurs", "The bond", "An account", "The payment")
    texts = [f"{subject} {i % 10} goes {way}" for i in range(5) for subject in subjects for way in ("up", "down")]
    return write_rows(tmp_path / "rows.jsonl", texts, [text.split()[-1] for text in texts])


def refuse_to_load(folder: Path, method: Any, batch_size: int) -> Any:
    """Be a quantization method whose library cannot hold any model."""
    raise ValueError("in_features must be divisible by 4096")
