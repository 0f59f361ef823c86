"""Models over HTTP: what is on the disk, what is on its way, what runs have tuned, and giving space back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kit.jobs.process import write_identity
from kit.place import runs_folder


def _conversion(server: Any, name: str = "0123456789abcdef-tiny") -> Path:
    import numpy as np
    from safetensors.numpy import save_file

    folder: Path = server.cache / "models" / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    (folder / "tunebook.json").write_text('{"from": "tiny.gguf", "note": ""}', encoding="utf-8")
    save_file({"w": np.zeros(100, dtype=np.float32)}, folder / "model.safetensors")
    return folder


def _hub_model(server: Any, hub_id: str = "someone/tiny") -> Path:
    import numpy as np
    from safetensors.numpy import save_file

    place: Path = server.cache / "hf" / ("models--" + hub_id.replace("/", "--"))
    commit = "0123456789abcdef0123456789abcdef01234567"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit, encoding="utf-8")
    snapshot = place / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    save_file({"w": np.zeros(8, dtype=np.float32)}, snapshot / "model.safetensors")
    return place


def _run(id: str, kind: str, spec: dict[str, Any], *events: dict[str, Any], alive: bool = False) -> Path:
    folder = runs_folder() / id
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps({"spec": f"x:{kind.title()}Spec", **spec}), encoding="utf-8")
    told = [{"kind": "state", "state": "running"}, *events]
    (folder / "events.jsonl").write_text("".join(json.dumps({"t": 1e9, **e}) + "\n" for e in told), encoding="utf-8")
    if alive:
        write_identity(folder, os.getpid())
    about = {"created": 1e9, "cwd": "/", "origin": None}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


FINISHED = {"kind": "state", "state": "finished"}


def test_an_empty_cache(server: Any) -> None:
    seen = server.ask("GET", "models").json
    assert (seen["models"], seen["adapters"], seen["getting"], seen["bytes"]) == ([], [], [], 0)
    offered = {offer["name"]: offer for offer in seen["offers"]}
    assert offered["qwen3-0.6b"]["licence"] == "Apache-2.0"
    assert offered["qwen3-0.6b"]["fits"] in ("yes", "tight", "no")
    assert offered["qwen3-0.6b"]["download_bytes"] > 1e9


def test_models_on_the_disk(server: Any) -> None:
    folder = _conversion(server)
    _hub_model(server)
    seen = server.ask("GET", "models").json
    by_name = {model["name"]: model for model in seen["models"]}
    assert set(by_name) == {folder.name, "someone/tiny"}
    assert by_name["someone/tiny"]["origin"] == "hub"
    assert by_name["someone/tiny"]["removable"]
    assert seen["bytes"] == sum(model["bytes"] for model in seen["models"])


@pytest.mark.parametrize("address", ["models/someone%2Ftiny", "models/someone/tiny"])
def test_a_model_is_removed(server: Any, address: str) -> None:
    place = _hub_model(server)
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    removed = server.ask("DELETE", address)
    assert (removed.status, removed.json) == (200, {"name": "someone/tiny", "freed_bytes": size})
    assert not place.exists()
    assert server.ask("DELETE", address).status == 404


def test_a_model_in_use_stays(server: Any) -> None:
    place = _hub_model(server)
    _run("20260102-000000-tune-busy", "tune", {"model": "someone/tiny"}, alive=True)
    _run("20260102-000001-sweep-busy", "sweep", {"model": "run:20260102-000000-tune-busy"}, alive=True)
    (model,) = server.ask("GET", "models").json["models"]
    assert sorted(model["in_use_by"]) == ["20260102-000000-tune-busy", "20260102-000001-sweep-busy"]
    refused = server.ask("DELETE", "models/someone%2Ftiny")
    assert refused.status == 409
    assert place.exists()
    for folder in runs_folder().iterdir():
        (folder / "process.json").unlink()


def test_adapters_and_how_good_they_are(server: Any) -> None:
    validated = {"kind": "metric", "name": "validation_accuracy", "value": 0.8, "step": 5}
    for letters in ("aaaa", "bbbb"):
        folder = _run(f"20260103-000000-tune-{letters}", "tune", {"model": "m"}, validated, FINISHED)
        adapter = folder / "artifacts" / "adapter"
        adapter.mkdir(parents=True)
        (adapter / "adapter_model.safetensors").write_bytes(b"x" * 1000)
    _run("20260103-000000-tune-none", "tune", {"model": "m"}, FINISHED)  # it made no adapter
    tested = [
        {"kind": "metric", "name": f"{method}/acc", "value": acc} for method, acc in (("bf16", 0.9), ("nf4", 0.7))
    ]
    _run("20260103-000001-sweep-aaaa", "sweep", {"model": "run:20260103-000000-tune-aaaa"}, *tested, FINISHED)
    adapters = {each["run"][-4:]: each for each in server.ask("GET", "models").json["adapters"]}
    assert set(adapters) == {"aaaa", "bbbb"}
    assert (adapters["aaaa"]["accuracy"], adapters["aaaa"]["accuracy_of"]) == (0.9, "test")
    assert (adapters["bbbb"]["accuracy"], adapters["bbbb"]["accuracy_of"]) == (0.8, "validation")
    assert adapters["aaaa"]["bytes"] == 1000
    assert adapters["aaaa"]["name"] == "run:20260103-000000-tune-aaaa"


def test_getting_a_model_that_nobody_has(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline as tests are, the run fails, says why, and stays to be seen until a later one succeeds."""
    begun = server.ask("POST", "models/get", {"name": "someone/nothing"})
    assert (begun.status, begun.json["run"]["kind"]) == (202, "get")
    id = begun.json["run"]["id"]
    ended = server.wait(id, "failed", seconds=90)
    assert "HF_HUB_OFFLINE" in ended["cause"]
    assert [run["id"] for run in server.ask("GET", "models").json["getting"]] == [id]
    _run("29990101-000000-get-zzzz", "get", {"name": "someone/nothing"}, FINISHED)
    about = runs_folder() / "29990101-000000-get-zzzz" / "about.json"
    about.write_text(json.dumps({"created": 9e9, "cwd": "/", "origin": None}), encoding="utf-8")
    assert server.ask("GET", "models").json["getting"] == []


def test_what_is_on_its_way_is_not_fetched_twice(server: Any) -> None:
    _run("20260104-000000-get-aaaa", "get", {"name": "someone/else"}, alive=True)
    again = server.ask("POST", "models/get", {"name": "someone/else"})
    assert (again.status, again.json["run"]["id"]) == (202, "20260104-000000-get-aaaa")
    assert len(list(runs_folder().iterdir())) == 1
    (runs_folder() / "20260104-000000-get-aaaa" / "process.json").unlink()


def test_what_is_here_is_not_fetched(server: Any) -> None:
    _hub_model(server)
    refused = server.ask("POST", "models/get", {"name": "someone/tiny"})
    assert refused.status == 409
    assert "here" in refused.json["message"]


def test_the_machine(server: Any) -> None:
    from kit.engines.homes import ENGINES
    from kit.machine import this_machine
    from kit.quantization import methods

    seen = server.ask("GET", "machine").json
    assert seen["cores"] == this_machine().cores
    assert 0 < seen["memory_available_mib"] <= seen["memory_total_mib"]
    assert [method["name"] for method in seen["methods"]] == list(methods())
    assert all(method["ready"] or method["reason"] for method in seen["methods"])
    assert [engine["name"] for engine in seen["engines"]] == list(ENGINES)
    assert {disk["what"]: disk["folder"] for disk in seen["disks"]} == {
        "runs": str(server.home),
        "models": str(server.cache),
    }
    assert "etag" not in server.ask("GET", "machine").headers
