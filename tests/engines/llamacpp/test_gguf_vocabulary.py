"""The tokenizer inside a GGUF file makes the tokens that the model's own makes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tinymodel import SENTENCES, SHAPE, make_tokenizer, save_model

from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.llamacpp.vocabulary import Vocabulary, tokens_of
from kit.errors import UnsupportedError
from kit.quantization import get_method
from kit.quantization.gguf.make import FACTS, FILE, make
from kit.quantization.gguf.pretokenizer import SAMPLES
from kit.report import ListReport

TEXTS = [*SENTENCES, *SAMPLES, "<|im_start|>user\n1234 深圳<|im_end|>\n<|im_start|>assistant\n", "", " ", "\n"]

# How tokenizers of these families cut, as in their tokenizer.json.
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}| ", r"|\p{N}{1,3}| ")


def cut_by(pattern: str) -> Any:
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def single_figures() -> Any:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )


def like_sentencepiece() -> Any:
    """Return a tokenizer of merged characters with bytes to fall back on, as Llama 2 has."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    raw.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    bytes_ = [f"<0x{number:02X}>" for number in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", "<s>", "</s>", *bytes_], show_progress=False)
    raw.train_from_iterator(SENTENCES, trainer)
    written = json.loads(raw.to_str())
    written["added_tokens"] = written["added_tokens"][:3]  # bytes are plain tokens of the vocabulary
    raw = Tokenizer.from_str(json.dumps(written))
    raw.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    raw.add_special_tokens([AddedToken("<s>", special=True), AddedToken("</s>", special=True)])
    return PreTrainedTokenizerFast(tokenizer_object=raw, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def tokenizer_cutting(how: Any) -> Any:
    tokenizer = make_tokenizer()
    tokenizer.backend_tokenizer.pre_tokenizer = how
    merged = json.loads(tokenizer.backend_tokenizer.to_str())
    # Figures and signs that are merged show where a text was cut.
    vocabulary, merges = merged["model"]["vocab"], merged["model"]["merges"]
    for pair in (
        ["1", "2"],
        ["12", "3"],
        ["123", "4"],
        ["3", "4"],
        ["Ġ", "Ġ"],
        ["!", "!"],
        ["'", "s"],
        ["'", "S"],
        ["Ġ", "1"],
    ):
        if "".join(pair) not in vocabulary and len(vocabulary) < 400:
            vocabulary["".join(pair)] = len(vocabulary)
            merges.append(pair)
    from tokenizers import Tokenizer

    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(merged))
    return tokenizer


CUTS = {"gpt-2": None, "qwen2": cut_by(QWEN2), "llama-bpe": cut_by(LLAMA3), "smollm": single_figures()}


def written_with(tiny_model: Path, tokenizer: Any, folder: Path) -> tuple[Path, Path]:
    shutil.copytree(tiny_model, folder / "model")
    for path in (folder / "model").glob("tokenizer*"):
        path.unlink()
    tokenizer.save_pretrained(folder / "model")
    (folder / "made").mkdir()
    make(folder / "model", get_method("gguf-f16"), folder / "made", ListReport(folder))
    return folder / "model", folder / "made"


@pytest.mark.parametrize("name", CUTS)
def test_tokens_are_those_of_the_model(tiny_model: Path, tmp_path: Path, name: str) -> None:
    tokenizer = make_tokenizer() if CUTS[name] is None else tokenizer_cutting(CUTS[name])
    model, made = written_with(tiny_model, tokenizer, tmp_path)
    wanted = load_tokenizer(model)
    for text in TEXTS:
        assert tokens_of(made / FILE, text) == wanted(text, add_special_tokens=False)["input_ids"], text
    assert json.loads((made / FACTS).read_text())["differs"] == ""


def test_a_tokenizer_of_merged_characters(tiny_model: Path, tmp_path: Path) -> None:
    model, made = written_with(tiny_model, like_sentencepiece(), tmp_path)
    wanted = load_tokenizer(model)
    for text in [*SENTENCES, "Größe 12 深圳 😀"]:
        assert tokens_of(made / FILE, text) == wanted(text, add_special_tokens=False)["input_ids"], text


def test_the_template_and_special_tokens_are_there(tiny_model: Path, tmp_path: Path) -> None:
    _model, made = written_with(tiny_model, make_tokenizer(), tmp_path)
    with Vocabulary(made / FILE) as vocabulary:
        assert vocabulary.chat_template() == make_tokenizer().chat_template
        assert vocabulary.size() == 400
        assert vocabulary.tokens("<|im_end|>") == [2]
        assert len(vocabulary.tokens("<|im_end|>", special=False)) > 1


def test_a_way_of_cutting_that_is_unknown_is_told(tiny_model: Path, tmp_path: Path) -> None:
    from tokenizers import pre_tokenizers

    shutil.copytree(tiny_model, tmp_path / "model")
    tokenizer = tokenizer_cutting(
        pre_tokenizers.Sequence(
            [pre_tokenizers.Split("e", "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
    )
    tokenizer.save_pretrained(tmp_path / "model")
    report = ListReport(tmp_path)
    (tmp_path / "made").mkdir()
    make(tmp_path / "model", get_method("gguf-f16"), tmp_path / "made", report)
    (said,) = [event["text"] for event in report.events if event["kind"] == "message"]
    assert "will cut some texts otherwise" in said


def test_another_kind_of_tokenizer_is_refused(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models
    from transformers import LlamaConfig, PreTrainedTokenizerFast

    folder = save_model(tmp_path / "model", LlamaConfig(**SHAPE))
    raw = Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a"))
    PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="b", unk_token="a").save_pretrained(folder)
    (tmp_path / "made").mkdir()
    with pytest.raises(UnsupportedError, match="WordLevel"):
        make(folder, get_method("gguf-f16"), tmp_path / "made", ListReport(tmp_path))
