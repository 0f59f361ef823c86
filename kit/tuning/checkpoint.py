"""How far a tuning is, as files from which it goes on exactly.

A checkpoint is one safetensors file ``<key>-<step>.safetensors``: the weights that train (``weights/<name>``), the
optimizer's state (``optimizer/<name>/<part>``), and in its metadata one JSON text with everything else and a checksum
over that text and every tensor. Nothing in it is a pickle. It is on the disk whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from kit.i18n import _
from kit.tuning.durable import write_durably

Tensors = dict[str, torch.Tensor]

_FORMAT = 1


class Unusable(Exception):
    """A checkpoint that cannot be gone on from; its text says why."""


@dataclass(frozen=True)
class Checkpoint:
    """What one file holds.

    Parameters
    ----------
    step : int
        After which it was written; 0 before the first.
    tensors : dict of str to Tensor
        On the CPU.
    notes : dict
        Plain values.
    """

    step: int
    tensors: Tensors
    notes: dict[str, Any]


class CheckpointFiles:
    """The checkpoints of one spec in a folder that it may share with others.

    Parameters
    ----------
    folder : Path
        Need not exist yet.
    key : str
        With which the names of its files begin.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        self._name = re.compile(rf"{re.escape(key)}-(\d{{8,}})\.safetensors")

    def path(self, step: int) -> Path:
        """Return where the checkpoint of `step` is, if there is one."""
        return self._folder / f"{self._key}-{step:08d}.safetensors"

    def steps(self) -> list[int]:
        """Return the steps of which there is a file, newest first."""
        try:
            names = os.listdir(self._folder)
        except OSError:
            return []
        return sorted((int(found[1]) for found in map(self._name.fullmatch, names) if found), reverse=True)

    def write(self, checkpoint: Checkpoint) -> None:
        """Write `checkpoint`, then keep it and the newest before it; later ones are of a course that was left.

        Raises
        ------
        OSError
            It cannot be written; those written before are still there.
        """
        for left in self._folder.glob(f".{self._key}-*"):  # half-written when somebody was killed
            _delete(left)
        write_durably(self.path(checkpoint.step), _packed(checkpoint))
        before = [step for step in self.steps() if step < checkpoint.step]
        self._keep_only({checkpoint.step, *before[:1]})

    def keep_newest(self) -> None:
        """Delete every checkpoint but the newest."""
        self._keep_only(set(self.steps()[:1]))

    def read(self, step: int) -> Checkpoint:
        """Return the checkpoint of `step`.

        Raises
        ------
        Unusable
            It is damaged, or of another format.
        """
        try:
            return _unpacked(self.path(step), step)
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as exc:
            raise Unusable(_("it is damaged ({reason})").format(reason=exc)) from exc

    def _keep_only(self, wanted: set[int]) -> None:
        for step in set(self.steps()) - wanted:
            _delete(self.path(step))


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):  # one that stays costs room, and no work
        path.unlink()


def _packed(checkpoint: Checkpoint) -> bytes:
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in checkpoint.tensors.items()}
    text = json.dumps({"format": _FORMAT, "step": checkpoint.step, **checkpoint.notes})
    return save(tensors, metadata={"notes": text, "crc32": f"{_crc(tensors, text):08x}"})


def _unpacked(path: Path, step: int) -> Checkpoint:
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        # Copies: what is mapped from the file would follow the file.
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    text = metadata["notes"]
    if metadata["crc32"] != f"{_crc(tensors, text):08x}":
        raise ValueError(_("its checksum is wrong"))
    notes = json.loads(text)
    if notes["format"] != _FORMAT:
        raise Unusable(_("it was written by another version of Tunebook"))
    if notes["step"] != step:
        raise ValueError(_("it is of step {n}").format(n=notes["step"]))
    return Checkpoint(step, tensors, notes)


def _crc(tensors: Tensors, text: str) -> int:
    """Return the CRC-32 of the notes and of each tensor's name, shape and bytes."""
    crc = zlib.crc32(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        crc = zlib.crc32(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode(), crc)
        crc = zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy().data, crc)
    return crc
