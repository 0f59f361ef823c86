"""What the decoder around llama.cpp promises beside the right logits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kit.engines.llamacpp import decoder as decoder_module
from kit.engines.llamacpp import library as library_module
from kit.engines.llamacpp.decoder import LlamaDecoder
from kit.engines.llamacpp.library import llama
from kit.engines.llamacpp.parameters import check_defaults
from kit.errors import MissingPackageError, UnsupportedError
from kit.quantization import get_method
from kit.quantization.gguf.make import FILE, make
from kit.report import Report

TEXT = [5 + 7 * place % 380 for place in range(90)]


@pytest.fixture(scope="module")
def gguf(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gguf")
    make(tiny_model, get_method("gguf-f16"), folder, Report(folder))
    return folder / FILE


@pytest.fixture
def decoder(gguf: Path) -> Iterator[LlamaDecoder]:
    found = LlamaDecoder(gguf, threads=1)
    yield found
    found.close()


def test_reading_in_parts_is_reading_at_once(decoder: LlamaDecoder) -> None:
    whole = decoder.read(TEXT, keep=len(TEXT))
    decoder.forget(0)
    parts = [decoder.read(TEXT[:40], keep=40), decoder.read(TEXT[40:41], keep=1), decoder.read(TEXT[41:], keep=3)]
    np.testing.assert_allclose(np.concatenate(parts[:2]), whole[:41], atol=0.05)
    np.testing.assert_allclose(parts[2], whole[-3:], atol=0.05)
    assert whole.dtype == np.float32
    assert whole.shape == (90, decoder.vocabulary)


def test_what_is_forgotten_is_read_anew(decoder: LlamaDecoder) -> None:
    first = decoder.read(TEXT, keep=10)
    decoder.forget(80)
    np.testing.assert_allclose(decoder.read(TEXT[80:], keep=10), first, atol=0.05)
    decoder.forget(30)
    other = decoder.read(TEXT[80:], keep=10)
    assert np.abs(other - first).max() > 0.5


def test_more_than_is_read_at_once(decoder: LlamaDecoder, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = decoder.read(TEXT, keep=50)
    decoder.forget(0)
    monkeypatch.setattr(decoder_module, "BATCH", 16)
    np.testing.assert_allclose(decoder.read(TEXT, keep=50), whole, atol=0.05)


def test_memory_grows_with_the_text(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = (TEXT * 5)[:400]
    usual = LlamaDecoder(gguf, threads=1)
    wanted = usual.read(long, keep=2)
    usual.close()
    monkeypatch.setattr(decoder_module, "_ROOM", 64)  # llama.cpp takes room for 256 at least
    small = LlamaDecoder(gguf, threads=1)
    small.read(long[:200], keep=1)
    before = llama().llama_n_ctx(small._memory)
    found = small.read(long[200:], keep=2)
    assert before < 400 <= llama().llama_n_ctx(small._memory)
    small.close()
    np.testing.assert_allclose(found, wanted, atol=0.05)


def test_a_text_longer_than_the_model_reads_is_refused(decoder: LlamaDecoder) -> None:
    with pytest.raises(UnsupportedError, match="reads 512 tokens at most, and the text has 630"):
        decoder.read(TEXT * 7, keep=1)


def test_another_llama_cpp_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Moved:
        """Its structures begin with something else."""

        def llama_context_default_params(self) -> object:
            block = llama().llama_context_default_params()
            block.put(4, 512)
            return block

        def llama_model_default_params(self) -> object:
            return llama().llama_model_default_params()

    with pytest.raises(UnsupportedError, match="another than those that are known") as caught:
        check_defaults(Moved(), "Take the other one.")
    assert caught.value.fix == "Take the other one."
    monkeypatch.setattr(library_module, "PACKAGE", "no_such_llama")
    with pytest.raises(MissingPackageError, match="no_such_llama"):
        library_module._file()


def test_no_gguf_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF and nothing else")
    with pytest.raises(UnsupportedError, match=r"cannot open .*model\.gguf"):
        LlamaDecoder(tmp_path / "model.gguf")
