"""What the header of a GGUF file tells: is it whole, and what did its weights go through?

Written here because `locate` must be quick: it walks the header and keeps nothing, where the gguf package builds
every vocabulary entry.
"""

from __future__ import annotations

import functools
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

from kit.errors import ModelNotFoundError
from kit.i18n import _

# general.file_type of llama.cpp: what most tensors are, and how many bits a weight had.
_FILE_TYPES = {
    2: ("Q4_0", 4), 3: ("Q4_1", 4), 7: ("Q8_0", 8), 8: ("Q5_0", 5), 9: ("Q5_1", 5), 10: ("Q2_K", 2),
    11: ("Q3_K_S", 3), 12: ("Q3_K_M", 3), 13: ("Q3_K_L", 3), 14: ("Q4_K_S", 4), 15: ("Q4_K_M", 4), 16: ("Q5_K_S", 5),
    17: ("Q5_K_M", 5), 18: ("Q6_K", 6), 19: ("IQ2_XXS", 2), 20: ("IQ2_XS", 2), 21: ("Q2_K_S", 2), 22: ("IQ3_XS", 3),
    23: ("IQ3_XXS", 3), 24: ("IQ1_S", 1), 25: ("IQ4_NL", 4), 26: ("IQ3_S", 3), 27: ("IQ3_M", 3), 28: ("IQ2_S", 2),
    29: ("IQ2_M", 2), 30: ("IQ4_XS", 4), 31: ("IQ1_M", 1), 36: ("TQ1_0", 1), 37: ("TQ2_0", 2), 38: ("MXFP4", 4),
}  # fmt: skip
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_UINT32, _STRING, _ARRAY = 4, 8, 9


def gguf_note(gguf: Path) -> str:
    """Return a sentence on what the weights went through, or "" where they lost nothing.

    Raises
    ------
    ModelNotFoundError
        The file is no GGUF file, or breaks off.
    """
    file_type = _read(gguf, _state(gguf))
    if file_type not in _FILE_TYPES:
        return ""
    kind, bits = _FILE_TYPES[file_type]
    return _("The weights were {bits}-bit ({kind}) once.").format(bits=bits, kind=kind)


def _state(gguf: Path) -> tuple[int, int] | None:
    """Return what is another once the file has changed; None where it is not there."""
    try:
        told = gguf.stat()
    except OSError:
        return None
    return told.st_size, told.st_mtime_ns


@functools.lru_cache(maxsize=256)  # panels ask for each of their rows, and the walk takes milliseconds
def _read(gguf: Path, state: tuple[int, int] | None) -> int | None:
    """Walk the header and the list of tensors of a file in this state; return general.file_type."""
    try:
        with gguf.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data[:4] != b"GGUF" or not 2 <= int.from_bytes(data[4:8], "little") <= 3:
                raise ValueError("no GGUF file of version 2 or 3")
            return _walk_all(_Walk(data))
    except (OSError, ValueError, KeyError, struct.error) as exc:
        raise ModelNotFoundError(
            _("{path} is no GGUF file, or was not downloaded to its end.").format(path=gguf),
            fix=_("Delete it and download or copy it again."),
        ) from exc


def _walk_all(walk: _Walk) -> int | None:
    tensors, pairs = walk.number("<Q"), walk.number("<Q")
    file_type, alignment = None, 32
    for _pair in range(pairs):
        key, kind = walk.string(), walk.number("<I")
        if kind == _UINT32 and key in (b"general.file_type", b"general.alignment"):
            value = walk.number("<I")
            file_type = value if key.endswith(b"type") else file_type
            alignment = value if key.endswith(b"alignment") else alignment
        else:
            walk.skip(kind)
    last = max(walk.tensor_offsets(tensors), default=0)
    start = -(-walk.at // alignment) * alignment
    if tensors and start + last >= len(walk.data):
        raise ValueError("the tensors begin past the end")
    return file_type


class _Walk:
    """A place in a GGUF header that moves on with everything read."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 8  # behind the magic word and the version

    def number(self, form: str) -> int:
        value: int = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def string(self) -> bytes:
        length = self.number("<Q")
        self.at += length
        if self.at > len(self.data):
            raise ValueError("a string ends past the end")
        return self.data[self.at - length : self.at]

    def skip(self, kind: int) -> None:
        if kind == _STRING:
            self.string()
        elif kind == _ARRAY:
            self._skip_array(self.number("<I"), self.number("<Q"))
        else:
            self.at += _SIZES[kind]

    def _skip_array(self, kind: int, count: int) -> None:
        if kind in _SIZES:
            self.at += _SIZES[kind] * count
            return
        if kind != _STRING:
            for _item in range(count):
                self.skip(kind)
            return
        # Vocabularies have a hundred thousand strings: a tight loop keeps `locate` quick.
        at, data, length_at = self.at, self.data, struct.Struct("<Q").unpack_from
        for _item in range(count):
            at += 8 + length_at(data, at)[0]
        self.at = at

    def tensor_offsets(self, count: int) -> Iterator[int]:
        for _tensor in range(count):
            self.string()
            dimensions = self.number("<I")
            self.at += 8 * dimensions + 4  # their sizes, and the type
            yield self.number("<Q")
