"""Exports there and back in their own engines, damaged ones refused, nothing left of what is refused or stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from gguf import GGUFReader
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from tinymodel import write_rows
from transformers import AutoModelForCausalLM, AutoTokenizer

import kit
from benchmarks.export import DAMAGES, TEMPLATES, make_model
from kit.errors import KitError, ParameterError, Stopped
from kit.quantization.export.chats import CONVERSATIONS
from kit.quantization.export.export import NOTE, export
from kit.report import ListReport


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One model of random weights for each kind of chat template."""
    place = tmp_path_factory.mktemp("models")
    return {name: make_model(place / f"model-{number}", name) for number, name in enumerate(TEMPLATES)}


@pytest.fixture
def chats(tmp_path: Path) -> kit.DataSpec:
    """Two questions, which take less time than our own."""
    rows = write_rows(tmp_path / "chats.jsonl", ["Where does the fox sleep?", "Warum ist der Himmel blau?"], ["a", "b"])
    return kit.DataSpec(source=str(rows))


def carried_out(model: Path, method: str, place: Path, chats: kit.DataSpec | None, **fields: Any) -> kit.Result:
    place.mkdir(exist_ok=True)
    variant = kit.Variant(model=str(model), method=method, calibration=fields.pop("calibration", None))
    return export(kit.ExportSpec(variant=variant, chats=chats, **fields), ListReport(place))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("method", ["bf16", "gguf-q8_0"])
def test_there_and_back(
    method: str, template: str, models: dict[str, Path], tmp_path: Path, chats: kit.DataSpec
) -> None:
    result = carried_out(models[template], method, tmp_path / "run", chats)
    proof = result.facts["proof"]
    assert proof["reading"]["chats"] == len(CONVERSATIONS)
    assert proof["reading"]["tokens"] > 500
    assert proof["answers"]["places"] >= 40
    assert proof["answers"]["near_top"] > 0.95
    folder = Path(result.facts["path"])
    note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    assert note["files"].keys() | {"README.md", NOTE} == {path.name for path in folder.iterdir()}
    assert all((folder / name).stat().st_size == file["bytes"] for name, file in note["files"].items())
    assert result.metrics["file_size_mib"] * 2**20 == pytest.approx(note["bytes"])
    if method.startswith("gguf"):
        trims = template == "Llama 3"  # blanks at the ends, which Ollama cannot drop
        assert proof["modelfile"] == {"template": True, "chats": len(CONVERSATIONS) - trims}
        assert [path.suffix for path in folder.iterdir()].count(".gguf") == 1


def test_what_was_written_is_read_by_transformers_alone(models: dict[str, Path], tmp_path: Path) -> None:
    """An independent look: no code of the export opens it here."""
    result = carried_out(models["Llama 3"], "fp32", tmp_path / "run", None, folder=str(tmp_path / "out"))
    ours, theirs = (AutoModelForCausalLM.from_pretrained(path) for path in (tmp_path / "out", models["Llama 3"]))
    ids = torch.tensor([[0, 5, 300, 44, 17]])
    with torch.inference_mode():
        assert torch.equal(ours(input_ids=ids).logits, theirs(input_ids=ids).logits)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id
    assert result.facts["path"] == str(tmp_path / "out")
    assert not list(tmp_path.glob(".out.*"))


def in_several_files(model: Path, place: Path) -> Path:
    """Write the same model with its weights in several files."""
    AutoModelForCausalLM.from_pretrained(model).save_pretrained(place, max_shard_size="200KB")
    AutoTokenizer.from_pretrained(model).save_pretrained(place)
    assert len(list(place.glob("model-*.safetensors"))) > 1
    return place


def with_an_adapter(model: Path, place: Path) -> Path:
    """Write an adapter for the model that changes what it answers."""
    tuned = get_peft_model(AutoModelForCausalLM.from_pretrained(model), LoraConfig(target_modules=["q_proj", "v_proj"]))
    torch.manual_seed(0)
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.3)
    tuned.save_pretrained(place)
    return place


@pytest.mark.parametrize("method", ["fp32", "gguf-f16"])
@pytest.mark.parametrize("made", [in_several_files, with_an_adapter])
def test_several_weight_files_and_adapters_there_and_back(
    made: Callable[[Path, Path], Path],
    method: str,
    models: dict[str, Path],
    tmp_path: Path,
    chats: kit.DataSpec,
) -> None:
    result = carried_out(made(models["ChatML"], tmp_path / "made"), method, tmp_path / "run", chats)
    assert result.metrics["same_top"] > 0.95
    plain = carried_out(models["ChatML"], method, tmp_path / "plain", chats)
    ours, theirs = (one_file(Path(each.facts["path"])) for each in (result, plain))
    assert (hash_file(ours) == hash_file(theirs)) == (made is in_several_files)


def one_file(folder: Path) -> Path:
    """Return the file that holds the weights."""
    (found,) = (*folder.glob("*.safetensors"), *folder.glob("*.gguf"))
    return found


def hash_file(path: Path) -> str:
    """Return the weights of a file as a hash; what a GGUF file is called does not count."""
    if path.suffix == ".gguf":
        tensors = sorted(GGUFReader(path).tensors, key=lambda tensor: tensor.name)
        parts = [bytes(tensor.data) for tensor in tensors]
    else:
        parts = [value.numpy().tobytes() for _name, value in sorted(load_file(path).items())]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize("what", DAMAGES)
def test_what_is_damaged_is_refused(
    what: str, models: dict[str, Path], tmp_path: Path, damage: Callable[[Any], None], chats: kit.DataSpec
) -> None:
    damage(DAMAGES[what])
    with pytest.raises(KitError, match=r"token \d+") as caught:
        carried_out(models["ChatML"], "bf16", tmp_path / "run", chats, folder=str(tmp_path / "out"))
    assert "in place of" in caught.value.problem
    assert caught.value.fix
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out.*"))


@pytest.fixture
def damage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Path], None]], None]:
    """Let something happen to what was written, before it is looked at."""
    from kit.quantization.export import export as carrying_out

    write = carrying_out.writing.write

    def by(happens: Callable[[Path], None]) -> None:
        def broken(source: Path, method: Any, into: Path, *more: Any) -> None:
            write(source, method, into, *more)
            happens(into)

        monkeypatch.setattr(carrying_out.writing, "write", broken)

    return by


def _change_json(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads((folder / name).read_text(encoding="utf-8"))
    change(values)
    (folder / name).write_text(json.dumps(values), encoding="utf-8")


def _noise(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    name = "model.layers.0.mlp.down_proj.weight"
    weights[name] = weights[name].flip(0).contiguous()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


_OTHER_BASE = {"rope_theta": 1e4, "rope_parameters": {"rope_theta": 1e4, "rope_type": "default"}}
OTHERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "weights": (_noise, "nats less"),
    "end of an answer": (
        lambda folder: _change_json(folder, "generation_config.json", lambda values: values.update(eos_token_id=3)),
        "ends of an answer is",
    ),
    "rotary base for older versions": (
        lambda folder: _change_json(folder, "config.json", lambda values: values.pop("rope_theta")),
        r"rope_theta in config.json is None where Transformers 4 looks for 100000",
    ),
    "rotary base": (
        lambda folder: _change_json(folder, "config.json", lambda values: values.update(_OTHER_BASE)),
        r"rope_parameters in config.json is",
    ),
    "chat template": (lambda folder: (folder / "chat_template.jinja").unlink(), "the export refuses it"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_other_damage_is_refused_with_what_it_is(
    what: str, models: dict[str, Path], tmp_path: Path, damage: Callable[[Any], None], chats: kit.DataSpec
) -> None:
    happens, told = OTHERS[what]
    damage(happens)
    with pytest.raises(KitError, match=told):
        carried_out(models["ChatML"], "fp32", tmp_path / "run", chats)
    assert list((tmp_path / "run" / "artifacts").iterdir()) == []


def _gguf_without_end(folder: Path) -> None:
    """Put another end of text into the file, in place: the value of the key stands right behind its type."""
    path = next(folder.glob("*.gguf"))
    data = bytearray(path.read_bytes())
    place = data.index(b"tokenizer.ggml.eos_token_id") + len(b"tokenizer.ggml.eos_token_id") + 4
    data[place : place + 4] = (7).to_bytes(4, "little")
    path.write_bytes(bytes(data))


def _gguf_other_template(folder: Path) -> None:
    path = next(folder.glob("*.gguf"))
    path.write_bytes(path.read_bytes().replace(b"'<|im_end|>\n'", b"'<|im_end|> '", 1))


@pytest.mark.parametrize(
    ("happens", "told"),
    [(_gguf_without_end, "end of (turn|text) is 7"), (_gguf_other_template, r"otherwise from token \d+ on")],
)
def test_a_damaged_gguf_file_is_refused(
    happens: Callable[[Path], None],
    told: str,
    models: dict[str, Path],
    tmp_path: Path,
    damage: Callable[[Any], None],
    chats: kit.DataSpec,
) -> None:
    damage(happens)
    with pytest.raises(KitError, match=told):
        carried_out(models["ChatML"], "gguf-q8_0", tmp_path / "run", chats)


def test_a_folder_that_holds_something_is_refused(models: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "out-2").mkdir()
    spec = kit.ExportSpec(variant=kit.Variant(model=str(models["ChatML"])), folder=str(tmp_path / "out"))
    with pytest.raises(ParameterError, match="empty or not there yet") as caught:
        spec.look_ahead()
    assert repr(str(tmp_path / "out-3")) in caught.value.fix
    with pytest.raises(ParameterError):
        export(spec, ListReport(tmp_path))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_stop_leaves_nothing(models: dict[str, Path], tmp_path: Path, chats: kit.DataSpec) -> None:
    class Stopping(ListReport):
        def progress(self, phase: str, *more: Any, **others: Any) -> None:
            super().progress(phase, *more, **others)
            self.stop = phase == "proving"

    spec = kit.ExportSpec(variant=kit.Variant(model=str(models["ChatML"])), chats=chats, folder=str(tmp_path / "out"))
    with pytest.raises(Stopped):
        export(spec, Stopping(tmp_path))
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out.*"))


def test_the_call_and_the_command_line(
    models: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kit.cli import main

    assert main(["export", str(models["ChatML"]), "--method", "bf16", "--folder", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "out")
    assert main(["export", str(models["ChatML"]), "--format", "gguf"]) == 2
    told = capsys.readouterr().err
    assert "format='gguf' is not allowed" in told
    assert "gguf-q4_k_m" in told
    (run,) = kit.runs()
    assert isinstance(run.spec, kit.ExportSpec)
    assert run.result.facts["seconds"] > 0
