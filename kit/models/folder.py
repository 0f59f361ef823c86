"""Is a folder a whole model (or adapter) that may be loaded? Looks at names and headers, never at weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.errors import KitError, ModelNotFoundError, UnsupportedError
from kit.i18n import _

INDEX = "model.safetensors.index.json"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


def is_pickle(path: Path) -> bool:
    """Does the name of this file say that it holds pickled weights?"""
    return path.suffix.lower() in _PICKLES


def is_adapter(folder: Path) -> bool:
    """Does `folder` hold an adapter rather than a model?"""
    return (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file()


def model_problem(folder: Path) -> KitError | None:
    """Return what keeps `folder` from being loaded as a model, or None."""
    if not (folder / "config.json").is_file():
        return _no_config(folder)
    if read_json(folder / "config.json") is None:
        return _damaged(folder / "config.json")
    return _weights_problem(folder, "model.safetensors", INDEX)


def adapter_problem(folder: Path) -> KitError | None:
    """Return what keeps `folder` from being loaded as an adapter, or None."""
    if not (folder / "adapter_config.json").is_file():
        return ModelNotFoundError(
            _("{folder} holds no adapter_config.json.").format(folder=folder), fix=_("Give a folder that peft saved.")
        )
    if read_json(folder / "adapter_config.json") is None:
        return _damaged(folder / "adapter_config.json")
    return _weights_problem(folder, "adapter_model.safetensors", None)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the mapping in the JSON file at `path`, or None when there is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def safetensors_whole(path: Path) -> bool:
    """Is the file at `path` exactly as long as its header says? (A download that broke off is not.)"""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= size - 8:
                return False
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(size == 8 + length + max(ends, default=0))


def _weights_problem(folder: Path, single: str, index: str | None) -> KitError | None:
    if index and (folder / index).is_file():
        shards = (read_json(folder / index) or {}).get("weight_map")
        if not isinstance(shards, dict) or not shards:
            return _damaged(folder / index)
        # Only the last part of a name: an index must not lead out of its folder.
        names = sorted({Path(str(name)).name for name in shards.values()})
    else:
        names = [single]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing == [single]:
        pickles = sorted(path.name for path in folder.iterdir() if is_pickle(path) and path.name != "training_args.bin")
        return refused(folder, pickles) if pickles else _no_weights(folder, single)
    if missing:
        return ModelNotFoundError(
            _("{folder} is only a part of a model: {missing} missing.").format(folder=folder, missing=_few(missing)),
            fix=_("Download or copy it again, as a whole."),
        )
    damaged = [name for name in names if not safetensors_whole(folder / name)]
    return _damaged(folder / damaged[0]) if damaged else None


def refused(where: Path, names: list[str]) -> UnsupportedError:
    """Return the error for weights that exist only as pickles."""
    return UnsupportedError(
        _("{where} holds its weights only as pickles ({names}), which can run any code when they are read.").format(
            where=where, names=_few(names)
        ),
        fix=_("Take a version saved as safetensors (most hub repositories have one), or a GGUF file."),
    )


def _no_config(folder: Path) -> KitError:
    gguf = sorted(path for path in folder.glob("*.gguf"))
    if gguf:
        fix = _("Give the GGUF file itself: {path}").format(path=gguf[0])
    else:
        fix = _("Give a folder as save_pretrained writes it: config.json, model.safetensors and the tokenizer.")
    return ModelNotFoundError(_("{folder} holds no config.json.").format(folder=folder), fix=fix)


def _no_weights(folder: Path, single: str) -> KitError:
    return ModelNotFoundError(
        _("{folder} holds no weights: {name} is missing.").format(folder=folder, name=single),
        fix=_("Download or copy it again, as a whole."),
    )


def _damaged(path: Path) -> KitError:
    return ModelNotFoundError(
        _("{path} is damaged or was not downloaded to its end.").format(path=path),
        fix=_("Delete it and download or copy it again."),
    )


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" (+{len(names) - 3})" if len(names) > 3 else "")
