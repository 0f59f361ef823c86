"""What a tuning says that it will take, before anything loads."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import write_rows

from kit.data import DataSpec
from kit.engines.hf.load import has_fast_bf16
from kit.machine import Gpu, this_machine
from kit.models import catalogue, estimate_tuning
from kit.spec import Needs
from kit.tuning import TuneSpec, estimate, lengths, needs
from kit.tuning.estimate import load_of_step
from kit.tuning.lengths import Ways, guessed_rows, load_of

NAME = "smollm2-135m-instruct"


@pytest.fixture
def known(tmp_path: Path) -> TuneSpec:
    """Ask for the tuning of a model with a card, on ten rows of 40 to 400 characters."""
    texts = ["x" * 40 * i for i in range(1, 11)]
    rows = write_rows(tmp_path / "rows.jsonl", texts, ["up", "down"] * 5)
    data = DataSpec(source=str(rows), instruction="y" * 80)
    return TuneSpec(model=NAME, data=data, precision="fp32", batch_size=4, rank=8, target_modules=("q_proj", "v_proj"))


def _with_gpus(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    machine = dataclasses.replace(this_machine(), gpus=(Gpu("a GPU", 16000),) * count)
    monkeypatch.setattr(needs, "this_machine", lambda: machine)


def _peak(questions: tuple[int, ...] = (100, 90, 80, 70), **changes: Any) -> int:
    # The four longest rows: 400, 360, 320 and 280 characters at four a token; "down" and the end of an answer are two
    # tokens; the instruction twenty, with twelve of a template around each question.
    load = load_of([(32 + each, 2) for each in questions], 32, Ways(shares=True, packs=True))
    asked = {"precision": "fp32", "rank": 8, "fused": True, "attending": load.attending}
    asked |= {"tokens": 32 + sum(questions) + 2 * len(questions), "answers": 2 * len(questions)}
    return round(estimate_tuning(catalogue()[NAME], **asked | changes).total_bytes)


def test_on_the_cpu_it_is_the_estimate_of_the_longest_rows(known: TuneSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch, 0)
    assert known.needs() == Needs(("cpu",), _peak())


@pytest.mark.parametrize(
    ("change", "peak"),
    [
        ({"precision": "bf16"}, {"precision": "bf16"}),
        ({"micro_batch_size": 2}, {"questions": (100, 90)}),
        ({"max_length": 64}, {"questions": (30,) * 4}),
        ({"target_modules": ("q_proj",)}, {"targets": ("q_proj",)}),
        ({"gradient_accumulation_steps": 4}, {"questions": (100,)}),
        ({"gradient_checkpointing": True}, {"checkpointing": True}),
        ({"first_layer": 20, "cache_frozen": False}, {"first_layer": 20}),
        ({"rank_pattern": ("q_proj=64",)}, {"rank_pattern": ("q_proj=64",)}),
        ({"method": "dora"}, {"how": "dora"}),
        ({"method": "full", "precision": "bf16"}, {"how": "full"}),
        ({"quantization": "bnb-nf4"}, {"quantization": "bnb-nf4"}),
        ({"mixed_precision": "bf16"}, {"mixed": True, "fused": False}),
        ({"fused": False}, {"fused": False}),
        ({"answer_logits": False}, {"answers": 32 + 340 + 8}),
    ],
    ids=str,
)
def test_it_follows_what_was_asked_for(
    known: TuneSpec, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], peak: dict[str, Any]
) -> None:
    _with_gpus(monkeypatch, 0)
    assert known.replace(**change).needs().memory_bytes == _peak(**peak)


def test_what_is_kept_of_frozen_layers_counts(known: TuneSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch, 0)
    kept = 4 * catalogue()[NAME].hidden_size * (32 + sum(range(10, 101, 10)) + 10 * 2)  # of all ten rows, in fp32
    assert known.replace(first_layer=20).needs().memory_bytes == _peak(first_layer=20) + kept


@pytest.mark.parametrize("layout", ["fsdp", "tp", "pp"])
def test_other_layouts_divide_the_model(known: TuneSpec, monkeypatch: pytest.MonkeyPatch, layout: str) -> None:
    _with_gpus(monkeypatch, 2)
    both = known.replace(processes=2, micro_batch_size=4, method="full")
    each, divided = both.needs().gpu_bytes, both.replace(layout=layout).needs().gpu_bytes
    assert each is not None
    assert divided is not None
    assert divided < 0.7 * each


def test_a_learned_prompt_stands_before_what_all_share(known: TuneSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch, 0)
    prompted = known.replace(method="prompt", virtual_tokens=50)
    load = load_of([(32 + each, 2) for each in (100, 90, 80, 70)], 32, Ways(shares=True, packs=True, before=50))
    assert load.tokens == 50 + 32 + 340 + 8
    expected = _peak(how="prompt", virtual_tokens=50, tokens=load.tokens, attending=load.attending)
    assert prompted.needs().memory_bytes == expected


@pytest.mark.parametrize(
    ("task", "cells", "tokens"),
    [
        ("answer", {"text": "x" * 40, "label": "y" * 400}, 12 + 10 + 101),
        ("choose", {"text": "x" * 40, "label": "yy" * 40, "choices": ["no", "yy" * 40]}, 12 + 10 + 21),
        ("continue", {"text": "x" * 8000}, 512),
    ],
)
def test_other_tasks_have_answers_of_their_own_length(
    tmp_path: Path, task: str, cells: dict[str, Any], tokens: int
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(json.dumps({**cells, "text": f"{i}{cells['text'][1:]}"}) for i in range(4)), "utf-8")
    spec = TuneSpec(model=NAME, data=DataSpec(source=str(rows), task=task, instruction=""), batch_size=1)
    shared = guessed_rows(spec).shared  # the instruction that stands where none is given
    found = load_of_step(spec, guessed_rows(spec))
    assert found.tokens == tokens + max(shared - 12, 0)


def test_several_processes_hold_a_model_each(known: TuneSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch, 0)
    asked = known.replace(processes=2).needs()
    assert asked == Needs(("cpu",), 2 * _peak((100, 90)))


@pytest.mark.parametrize(
    ("gpus", "processes", "devices"),
    [(1, 1, ("cuda:0",)), (2, 1, ("cuda:0",)), (2, 2, ("cuda:0", "cuda:1")), (2, 4, ("cuda:0", "cuda:1"))],
)
def test_on_gpus_it_is_those_that_it_uses(
    known: TuneSpec, monkeypatch: pytest.MonkeyPatch, gpus: int, processes: int, devices: tuple[str, ...]
) -> None:
    _with_gpus(monkeypatch, gpus)
    assert known.replace(processes=processes).needs() == Needs(devices, None)


def test_what_cannot_be_known_is_not_said(
    known: TuneSpec, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_gpus(monkeypatch, 0)
    unknown = Needs(("cpu",), None)
    assert known.replace(model=str(tiny_model)).needs() != unknown, "a folder tells of itself"
    assert known.replace(model="no-such-model").needs() == unknown
    assert known.replace(data=DataSpec(source=str(tmp_path / "none.jsonl"))).needs() == unknown
    assert known.replace(data=DataSpec(source=known.data.source, text="no column")).needs() == unknown


def test_a_file_that_is_slow_to_read_counts_as_full_rows(known: TuneSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_gpus(monkeypatch, 0)
    monkeypatch.setattr(lengths, "_MOST_BYTES", 10)
    whole = load_of([(512, 2)] * 4, 0, Ways(shares=True, packs=True))
    assert known.needs().memory_bytes == _peak(tokens=whole.tokens, attending=whole.attending)


@pytest.mark.parametrize("sets", [(), ("AVX2",), ("bf16",), ("AMX", "AVX-512"), ("SVE",)], ids=str)
def test_light_code_and_torch_agree_on_the_precision(
    known: TuneSpec, monkeypatch: pytest.MonkeyPatch, sets: tuple[str, ...]
) -> None:
    machine = dataclasses.replace(this_machine(), gpus=(), instruction_sets=sets)
    monkeypatch.setattr(needs, "this_machine", lambda: machine)
    monkeypatch.setattr(estimate, "this_machine", lambda: machine)
    monkeypatch.setattr("kit.engines.hf.load.this_machine", lambda: machine)
    precision = "bf16" if has_fast_bf16(torch.device("cpu")) else "fp32"
    assert known.replace(precision="auto").needs().memory_bytes == _peak(precision=precision)


def test_it_is_light(known: TuneSpec, tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(known.to_json(), encoding="utf-8")
    code = f"import sys, kit.spec; print(kit.spec.load_spec({str(path)!r}).needs()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "Needs(devices=" in done.stdout
    assert not loaded & {"torch", "transformers", "peft", "accelerate", "pandas", "safetensors"}
