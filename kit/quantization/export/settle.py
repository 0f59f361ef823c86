"""What stands beside a GGUF file: nothing that the file holds itself, and a Modelfile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kit.models.folder import read_json
from kit.quantization.export.gguf_reader import gguf_reader
from kit.quantization.export.modelfile import write_modelfile


def settle(folder: Path, proof: dict[str, Any], *, name: str, modelfile: bool) -> tuple[dict[str, Any], list[str]]:
    """Take away the tokenizer and settings with which a GGUF file was proven, and write a Modelfile.

    Parameters
    ----------
    proof : dict
        What was compared before.
    name : str
        Of the export: the file is called so.
    modelfile : bool
        Is one wanted?

    Returns
    -------
    dict
        `proof`, with what was compared of the Modelfile.
    list of str
        What a person should know, as sentences.
    """
    config = read_json(folder / "config.json") or {}
    gguf = next(folder.glob("*.gguf")).rename(folder / f"{name}.gguf")
    for path in folder.iterdir():
        if path != gguf:
            path.unlink()
    if not modelfile:
        return proof, []
    with gguf_reader(gguf) as reader:
        compared, notes = write_modelfile(folder, gguf.name, reader, config.get("max_position_embeddings"))
    return {**proof, "modelfile": compared}, notes
