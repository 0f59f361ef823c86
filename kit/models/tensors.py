"""The names and shapes of the weights in a folder of safetensors, read from headers; how many weights that makes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kit.models.folder import INDEX, read_json

Shapes = Mapping[str, tuple[str, tuple[int, ...]]]  # name -> (dtype as safetensors spells it, shape)

_WHOLE = ("F64", "F32", "F16", "BF16")  # one stored number for each weight; other kinds pack or scale them
_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
_OUTPUT = ("lm_head", "output.weight", "embed_out")
_VISION = ("vision", "visual", "vit.", "multi_modal_projector", "mm_projector", "connector", "mlp1.", "image_newline")


@dataclass(frozen=True)
class Weights:
    """What is known of the weights of a model.

    Parameters
    ----------
    parameters : int, optional
        How many there are; None where they are packed, so that headers do not tell.
    vision : int, optional
        How many of them belong to the vision tower and what joins it to the text model.
    tied : bool, optional
        Is the embedding also the output layer?
    """

    parameters: int | None = None
    vision: int | None = None
    tied: bool | None = None


def weights_of_folder(folder: Path, config: Mapping[str, object]) -> Weights:
    """Return what headers, or the index where the files themselves are not here, tell of the weights in `folder`."""
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        if not path.name.startswith(("adapter", "consolidated")):
            shapes.update(_header(path))
    index = read_json(folder / INDEX) or {}
    names = index.get("weight_map")
    if isinstance(names, dict) and set(names) - set(shapes):  # shards are missing
        return _of_index(index, config)
    return weights_of(shapes)


def weights_of(shapes: Shapes) -> Weights:
    """Return what `shapes` tell."""
    if not shapes:
        return Weights()
    sizes = {name: math.prod(shape) for name, (_dtype, shape) in shapes.items()}
    whole = all(dtype in _WHOLE for dtype, _shape in shapes.values())
    vision = sum(size for name, size in sizes.items() if any(word in name for word in _VISION))
    return Weights(sum(sizes.values()) if whole else None, (vision if whole else 0) or None, _tied(shapes))


def _of_index(index: Mapping[str, object], config: Mapping[str, object]) -> Weights:
    names, metadata = index.get("weight_map"), index.get("metadata")
    tied = _tied(names) if isinstance(names, dict) else None
    facts = metadata if isinstance(metadata, dict) else {}
    stated, size = facts.get("total_parameters"), facts.get("total_size")
    wide = _BYTES.get(str(config.get("torch_dtype") or config.get("dtype") or ""))
    if isinstance(stated, int):
        return Weights(stated, None, tied)
    if isinstance(size, int) and wide and not config.get("quantization_config"):
        return Weights(size // wide, None, tied)
    return Weights(None, None, tied)


def _tied(names: Mapping[str, object]) -> bool:
    return not any(part in name for name in names for part in _OUTPUT)


def _header(path: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, path.stat().st_size)))
        return {
            name: (str(entry["dtype"]), tuple(entry["shape"]))
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # damaged; whoever loads the model says so
