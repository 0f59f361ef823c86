"""Models are made ready in a process of their own, and an adapter answers as itself."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tinygateway import TEXT, whole_gateway
from transformers import AutoModelForCausalLM

from kit.errors import KitError, ModelNotFoundError
from kit.place import cache, runs_folder
from kit.service.ready import is_state, make_here, make_ready, state_of
from kit.service.spec import ServiceSpec

IDS = [1, 40, 300, 7, 12, 350, 9]

LIGHT = """
import sys, asyncio
from kit.service.server import Service
from kit.service.ready import is_state, make_here, make_ready, state_of
print(asyncio.run(make_ready(sys.argv[1], sys.argv[2])))
assert not {"torch", "transformers", "numpy"} & set(sys.modules)
"""


@pytest.fixture
def adapter(tiny_model: Path, tmp_path: Path) -> Path:
    """An adapter that changes every answer, as a run leaves it."""
    torch.manual_seed(3)
    base: Any = AutoModelForCausalLM.from_pretrained(str(tiny_model), dtype=torch.float32)
    made: Any = get_peft_model(base, LoraConfig(r=4, lora_alpha=16, target_modules=["q_proj", "v_proj"]))
    for name, weight in made.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.2)
    folder = runs_folder() / "20260101-120000-tune-ab12" / "artifacts" / "adapter"
    made.save_pretrained(folder)
    (folder.parent.parent / "result.json").write_text("{}")
    return folder


@torch.inference_mode()
def _expected(tiny_model: Path, adapter: Path | None) -> torch.Tensor:
    """The log-probabilities of the token after `IDS`, by Transformers and peft."""
    model: Any = AutoModelForCausalLM.from_pretrained(str(tiny_model), dtype=torch.float32)
    if adapter is not None:
        model.load_adapter(str(adapter))
    return torch.log_softmax(model(torch.tensor([IDS])).logits[0, -1], dim=-1)


async def _here(model: str, method: str) -> Path:
    return await asyncio.to_thread(make_here, model, method)


def test_an_adapter_answers_as_itself(tiny_model: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.service.ready._in_a_child", _here)  # torch is loaded already
    base, run = str(tiny_model), f"run:{adapter.parent.parent.name}"
    names = (base, str(adapter), run)
    spec = ServiceSpec(models=names, method="gguf-f16", slots=1, context=64, loaded=3, threads=1)
    asked = {"prompt": IDS, "max_tokens": 1, "temperature": 0, "logprobs": 10}
    with whole_gateway(spec) as gateway:
        found = {name: gateway.ask({**asked, "model": name}, TEXT) for name in names}
        again = {name: gateway.ask({**asked, "model": name}, TEXT) for name in names}
        identities = {held.name.partition("@")[0]: held.identity for held in gateway.service.shelf.held}
        told = gateway.get("/metrics").text
    for name, expected in ((base, None), (str(adapter), adapter), (run, adapter)):
        logprobs = found[name].json()["choices"][0]["logprobs"]
        assert again[name].content == found[name].content
        values = _expected(tiny_model, expected)
        assert logprobs["token_logprobs"] == [pytest.approx(float(values.max()), abs=0.05)]
        for value in logprobs["top_logprobs"][0].values():
            assert (values - value).abs().min() < 0.05
    assert "tunebook_cached_answers_total 3.0" in told
    assert identities[base] != identities[run]
    assert identities[run] == identities[str(adapter)]
    assert found[base].json()["model"] == f"{base}@gguf-f16"


def test_what_is_there_is_found_without_heavy_libraries(tiny_model: Path) -> None:
    made = asyncio.run(make_ready(str(tiny_model), "gguf-f16"))
    assert made.is_relative_to(cache())
    command = [sys.executable, "-c", LIGHT, str(tiny_model), "gguf-f16"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, str(made)), done.stderr


def test_a_change_of_the_files_is_seen(tiny_model: Path, adapter: Path, tmp_path: Path) -> None:
    for name, file in ((str(tiny_model), "model.safetensors"), (str(adapter), "adapter_model.safetensors")):
        copy = shutil.copytree(name, tmp_path / file)
        state = state_of(str(copy))
        assert len(state) >= 2
        assert is_state(state)
        os.utime(copy / file, ns=(1, 1))
        assert not is_state(state)
        assert state_of(str(copy)) != state
        (copy / file).unlink()
        assert not is_state(state)
    assert state_of("no-such-model") == ()
    assert is_state(())


def test_what_cannot_be_had_is_told(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        asyncio.run(make_ready("smollm2-135m-instruct", "gguf-q8_0"))
    odd = shutil.copytree(tiny_model, tmp_path / "odd")
    config = json.loads((odd / "config.json").read_text())
    (odd / "config.json").write_text(json.dumps({**config, "model_type": "mamba"}))
    with pytest.raises(KitError, match="cannot be held as gguf-f16"):
        asyncio.run(make_ready(str(odd), "gguf-f16"))
    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(KitError):
        asyncio.run(make_ready(str(broken), "gguf-f16"))


def test_who_stops_waiting_leaves_nothing_behind(tiny_model: Path) -> None:
    async def give_up() -> None:
        await asyncio.wait_for(make_ready(str(tiny_model), "gguf-f16"), 1.0)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    children = subprocess.run(["ps", "-o", "args", "--ppid", str(os.getpid())], capture_output=True, text=True)
    assert "kit.service.ready" not in children.stdout
