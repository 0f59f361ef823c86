"""Whether exports are what they were made of: every format and chat template there and back, and broken ones caught.

``python -m benchmarks.export --json`` prints one JSON object as its last line:

- ``round_trips``: format, chat template, and what was compared when the export was opened again (chats written with the
  same text, tokens that are the same, the share of likeliest tokens that are the original's), for models of random
  weights; ``passed`` of ``tried``
- ``broken``: what was damaged after it was written, and the sentence by which the export was refused; ``caught`` of
  ``damaged``
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import string
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

import kit
from kit.errors import KitError
from kit.quantization.export import export as carrying_out
from kit.quantization.export import write as writing
from kit.quantization.export.export import export
from kit.quantization.registry import methods
from kit.report import ListReport

FORMATS = {
    "safetensors": "bf16",
    "gguf": "gguf-q8_0",
    "onnx": "onnx-int4",
    "openvino": "openvino-int8",
    "gptq": "gptq-int4",
    "awq": "awq-int4",
}
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA_3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
    "{{ m['content'] | trim }}{{ '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
INST = (
    "{{ bos_token }}{% set told = messages[0]['content'] if messages[0]['role'] == 'system' else '' %}"
    "{% for m in messages if m['role'] != 'system' %}{% if m['role'] == 'user' %}{{ '[INST]' }}"
    "{% if loop.last and told %}{{ told + '\n\n' }}{% endif %}{{ m['content'] + '[/INST]' }}"
    "{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}"
)
# Chat template; beginning of text, end of an answer, other special tokens; does the tokenizer begin texts by itself?
TEMPLATES: dict[str, tuple[str, tuple[str, str, tuple[str, ...]], bool]] = {
    "ChatML": (CHATML, ("<|endoftext|>", "<|im_end|>", ("<|im_start|>",)), False),
    "Llama 3": (LLAMA_3, ("<|begin_of_text|>", "<|eot_id|>", ("<|start_header_id|>", "<|end_header_id|>")), True),
    "[INST]": (INST, ("<s>", "</s>", ("[INST]", "[/INST]")), True),
}
SENTENCES = (
    "The quick brown fox jumps over the lazy dog; what is the capital of France?",
    "Paris is the capital of France. You answer in one short sentence.",
    "Der Preis steigt, der Kurs fällt. Explain in two sentences why the sky is blue.",
)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Whether exports are what they were made of.")
    parser.add_argument("--formats", nargs="*", default=list(FORMATS), choices=list(FORMATS))
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        os.environ["TUNEBOOK_HOME"], os.environ["TUNEBOOK_CACHE"] = f"{place}/home", f"{place}/cache"
        made = {name: make_model(Path(place) / name.strip("[]").replace(" ", "-"), name) for name in TEMPLATES}
        trips = [round_trip(made[name], name, form) for form in options.formats for name in TEMPLATES]
        broken = list(damaged(made["ChatML"], Path(place)))
    report = {
        "round_trips": trips,
        "tried": len(trips),
        "passed": sum(trip["passed"] for trip in trips),
        "broken": broken,
        "damaged": len(broken),
        "caught": sum(bool(each["refused"]) for each in broken),
        "seconds": round(time.perf_counter() - began, 1),
    }
    print(json.dumps(report, ensure_ascii=False))


def make_model(folder: Path, template: str, *, seed: int = 0) -> Path:
    """Write a Llama of two layers with random weights, whose tokenizer and chats are of the kind `template`."""
    tokenizer = make_tokenizer(template)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        initializer_range=0.15,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
    )
    torch.manual_seed(seed)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_tokenizer(template: str) -> Any:
    """Return a tokenizer of bytes with the special tokens of a chat template."""
    jinja, (start, end, others), begins = TEMPLATES[template]
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=448,
        special_tokens=[start, end, *others],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(SENTENCES, trainer)
    if begins:
        raw.post_processor = processors.TemplateProcessing(
            single=f"{start} $A", pair=f"{start} $A {start} $B", special_tokens=[(start, raw.token_to_id(start))]
        )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, bos_token=start, eos_token=end, pad_token=start)
    tokenizer.chat_template = jinja
    return tokenizer


def round_trip(model: Path, template: str, form: str) -> dict[str, Any]:
    """Export `model` in a format, which opens it again and compares it, and return what was compared."""
    method = FORMATS[form]
    told: dict[str, Any] = {"format": form, "template": template, "method": method, "passed": False}
    began = time.perf_counter()
    try:
        proof = _export(model, method).facts["proof"]
    except KitError as exc:
        return {**told, "why": str(exc)}
    return {
        **told,
        "passed": True,
        "engine": proof["engine"],
        "chats": proof["reading"]["chats"],
        "tokens": proof["reading"]["tokens"],
        "same_top": proof["answers"]["same_top"],
        **({"modelfile_chats": proof["modelfile"]["chats"]} if "modelfile" in proof else {}),
        "seconds": round(time.perf_counter() - began, 2),
    }


def _export(model: Path, method: str) -> kit.Result:
    calibration = None
    if method in methods() and methods()[method].calibrated:
        rows = model.parent / "rows.jsonl"
        texts = _random_texts(96)
        rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        calibration = kit.DataSpec(source=str(rows), task="continue")
    variant = kit.Variant(model=str(model), method=method, calibration=calibration)
    folder = Path(tempfile.mkdtemp(dir=model.parent))
    return export(kit.ExportSpec(variant=variant), ListReport(folder))


def _random_texts(count: int) -> list[str]:
    """Return texts of letters drawn at random: few sentences would not move all that a random model has."""
    draw = random.Random(0)
    signs = string.ascii_letters + string.digits + " ,.äöüßé?!\n"
    return ["x" + "".join(draw.choices(signs, k=160)) for _ in range(count)]


def damaged(model: Path, place: Path) -> Iterator[dict[str, str]]:
    """Yield what was damaged behind the writer's back, and by which sentence the export was refused."""
    write = writing.write
    for what, damage in DAMAGES.items():

        def broken(source: Path, method: Any, into: Path, *more: Any, damage: Any = damage) -> None:
            write(source, method, into, *more)
            damage(into)

        carrying_out.writing.write = broken
        try:
            _export(model, "bf16")
            refused = ""
        except KitError as exc:
            refused = exc.problem
        finally:
            carrying_out.writing.write = write
        yield {"what": what, "refused": refused}


def _change_template(folder: Path) -> None:
    path = folder / "chat_template.jinja"
    path.write_text(path.read_text(encoding="utf-8").replace("'<|im_end|>\n'", "'<|im_end|>'"), encoding="utf-8")


def _lose_special_token(folder: Path) -> None:
    path = folder / "tokenizer.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["added_tokens"] = [each for each in values["added_tokens"] if each["content"] != "<|im_start|>"]
    path.write_text(json.dumps(values), encoding="utf-8")


def _change_merges(folder: Path) -> None:
    path = folder / "tokenizer.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["model"]["merges"].reverse()
    path.write_text(json.dumps(values), encoding="utf-8")


DAMAGES = {
    "the chat template lost a line break": _change_template,
    "a special token was lost": _lose_special_token,
    "the merges are in another order": _change_merges,
}


if __name__ == "__main__":
    main()
