"""Open an export again, in the engine it was written for, and compare it with its original."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kit.engines import Engine
from kit.engines.hf.tokenizer import load_tokenizer
from kit.i18n import _
from kit.quantization.export.answering import prove_answers
from kit.quantization.export.difference import differs
from kit.quantization.export.formats import format_of
from kit.quantization.export.original import Original
from kit.quantization.export.portable import prove_config
from kit.quantization.export.reader import Reader, TokenizerReader
from kit.quantization.export.reading import prove_reading
from kit.quantization.registry import Method
from kit.report import Report
from kit.spec import resolve


def prove(source: Path, folder: Path, method: Method, original: Original, report: Report) -> dict[str, Any]:
    """Compare what stands in `folder` with the original, and return what was compared, as plain values.

    Reading first, which takes seconds: whatever is wrong with a tokenizer or template is told as such.

    Raises
    ------
    KitError
        They differ; tells the first token that does.
    """
    report.progress("proving")
    report.check()
    found: dict[str, Any] = {"engine": method.engine}
    with reader_of(folder) as reader:
        found["reading"] = prove_reading(original.reader, reader)
    if _gguf(folder) is None:
        found["settings"] = prove_config(source, folder)
    with _opened(folder, method) as engine:
        found["answers"] = prove_answers(original, engine, method.bits, report)
    return found


@contextmanager
def _opened(folder: Path, method: Method) -> Iterator[Engine]:
    """Yield the engine with the export in `folder`."""
    opener: Callable[..., Engine] = resolve(method.load)
    with ExitStack() as stack:
        try:
            if format_of(method.name) in ("gptq", "awq"):
                from kit.quantization.export.checkpoint import as_made

                folder = stack.enter_context(as_made(folder))
            engine = opener(folder, method, 1)
        except (RuntimeError, ValueError, KeyError, OSError) as exc:
            raise differs(_("{engine} cannot open it again ({exc}).").format(engine=method.engine, exc=exc)) from exc
        stack.callback(engine.close)
        yield engine


@contextmanager
def reader_of(folder: Path) -> Iterator[Reader]:
    """Yield how the export in `folder` reads: a GGUF file by itself, anything else by the tokenizer beside it."""
    gguf = _gguf(folder)
    if gguf is None:
        yield TokenizerReader(load_tokenizer(folder), folder)
        return
    from kit.quantization.export.gguf_reader import gguf_reader

    with gguf_reader(gguf) as reader:
        yield reader


def _gguf(folder: Path) -> Path | None:
    return next(folder.glob("*.gguf"), None)
