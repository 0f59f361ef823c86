"""Which of llama.cpp's ways of cutting text into words is that of a tokenizer: found out by trying.

A tokenizer.json tells the rule as a regular expression, llama.cpp knows rules by the names of the models that came with
them. So each name is put into a file without weights, llama.cpp is given texts in which the rules differ, and the first
name under which it makes the same tokens as the tokenizer itself is taken.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.engines.llamacpp.vocabulary import Vocabulary

# Names of llama.cpp, those of many models first.
NAMES = (
    "gpt-2", "qwen2", "llama-bpe", "smollm", "tekken", "gpt-4o", "deepseek-llm", "deepseek-coder", "deepseek-v3",
    "qwen35", "smaug-bpe", "command-r", "stablelm2", "olmo", "granite-docling", "refact", "starcoder", "falcon3",
    "falcon", "pixtral", "kimi-k2", "chatglm-bpe", "glm4", "minerva-7b", "exaone", "exaone4", "trillion", "superbpe",
    "seed-coder", "hunyuan", "hunyuan-dense", "llama4", "phi-2", "bloom", "dbrx", "mpt", "lfm2", "poro-chat", "viking",
    "bailingmoe", "a.x-4.0", "mellum", "gpt3-finnish", "falcon-h1", "default",
)  # fmt: skip

# Blanks and line breaks, figures of every length, contractions, scripts without blanks, signs in rows, code.
SAMPLES = (
    "Two  blanks,   three,\n\none line free\n \n\t\ttabs \t and a blank at the end ",
    "Figures: 1 12 123 1234 12345 123456 1234567, 3.14, -7, 1,000,000, 0x1F, 2026-11-23, Ⅻ, ½, ٣٤٥",
    "I'm sure you're right, he'd say it's ours; WE'LL SEE, they'Ve, o'clock 'quoted' rock'n'roll",
    "深圳的天气今天很好，气温25度。我想买3个苹果！日本語のテスト、한국어 문장입니다.",
    "Проверка текста: ёлка, Ωμέγα, שלום, مرحبا بالعالم, สวัสดีครับ, नमस्ते दुनिया, ខ្មែរ",
    "Größe, naïve café, İstanbul, cafe\u0301, ﬁne, 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽!! ......... ------- ??!! ~~~ <<>> ''''",
    'def add(a, b=2):\n    return a+b  # sum_of_two\nfor(i=0;i<10;++i){x[i]*=2;}\n<div class="a">&nbsp;</div>\r\nend',
    "CamelCaseWord snake_case_word ALLCAPS MixedCASEWords www.example.org/path?x=1&y=2 a.b@c.de $5.00 50% #tag",
)


def agreeing(make: Callable[[str], bytes], tokenizer: Any, names: tuple[str, ...] = NAMES) -> tuple[str, str]:
    """Return the first of `names` under which llama.cpp cuts the samples as `tokenizer` does, and a text that differs.

    Parameters
    ----------
    make : callable
        Returns the bytes of a GGUF file without weights that bears the name it is given.
    tokenizer : transformers tokenizer

    Returns
    -------
    name : str
        Where none agrees, the one that agrees on most of the samples.
    text : str
        The first sample on which it does not agree; "" where it agrees on all.
    """
    wanted = [list(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in samples(tokenizer)]
    best, least, first = names[0], len(wanted) + 1, ""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            file = Path(folder) / "vocabulary.gguf"
            file.write_bytes(make(name))
            with Vocabulary(file) as vocabulary:
                texts = [
                    text for text, ids in zip(samples(tokenizer), wanted, strict=True) if vocabulary.tokens(text) != ids
                ]
            if len(texts) < least:
                best, least, first = name, len(texts), texts[0] if texts else ""
            if not texts:
                break
    return best, first


def samples(tokenizer: Any) -> list[str]:
    """Return the texts that are tried: the samples, and one with a special token amid words."""
    special = next((token for token in tokenizer.all_special_tokens), "")
    return [*SAMPLES, f"before{special}after {special} 12 \n{special}"]
