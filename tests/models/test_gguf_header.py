"""The header of files that the gguf package wrote is read as it was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gguf import LlamaFileType

from kit.errors import ModelNotFoundError
from kit.models import gguf_header
from kit.models.gguf_header import gguf_note

Make = Callable[..., Path]


@pytest.mark.parametrize(("file_type", "words"), [(3, "4-bit (Q4_1)"), (7, "8-bit (Q8_0)"), (15, "4-bit (Q4_K_M)")])
def test_what_the_weights_went_through(tmp_path: Path, make_gguf: Make, file_type: int, words: str) -> None:
    assert words in gguf_note(make_gguf(tmp_path / "m.gguf", file_type=file_type))


@pytest.mark.parametrize("file_type", [0, 1, 32])
def test_nothing_is_said_where_nothing_was_lost(tmp_path: Path, make_gguf: Make, file_type: int) -> None:
    assert gguf_note(make_gguf(tmp_path / "m.gguf", file_type=file_type)) == ""


def test_the_table_agrees_with_the_gguf_package() -> None:
    for number, (name, _bits) in gguf_header._FILE_TYPES.items():
        assert LlamaFileType(number).name.removeprefix("MOSTLY_").removesuffix("_MOE") == name


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\x09\x00\x00\x00" + b"\x00" * 40, b"<html>" * 20])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelNotFoundError, match="no GGUF file"):
        gguf_note(path)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5, 0.8])
def test_a_file_that_breaks_off_is_refused(tmp_path: Path, make_gguf: Make, share: float) -> None:
    path = make_gguf(tmp_path / "m.gguf")
    content = path.read_bytes()
    # The last tensor fills 8 KiB: the cut lies before it.
    path.write_bytes(content[: int((len(content) - 64 * 32 * 4) * share)])
    with pytest.raises(ModelNotFoundError, match="not downloaded to its end"):
        gguf_note(path)
