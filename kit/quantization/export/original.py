"""What the original says, kept so that it need not be in memory when its export is asked the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.protocol import Engine, Prompt
from kit.quantization.export.reader import TokenizerReader, rendered
from kit.report import Report

if TYPE_CHECKING:
    import numpy

NEW_TOKENS = 24  # of each answer that is compared
_FP32_BELOW = 2**33  # bytes of weights; what is larger is compared in 16 bits


@dataclass(frozen=True, eq=False)
class Answered:
    """One question with the original's answer, and what the original expected at each place of it.

    Parameters
    ----------
    name : str
        Of the question.
    text : str
        Question and answer, as the chat template writes them, without the beginning of text.
    start : int
        Tokens of the text before the answer.
    logprobs : ndarray [n, vocabulary], float32
        Of the n tokens of the answer.
    """

    name: str
    text: str
    start: int
    logprobs: numpy.ndarray


@dataclass(frozen=True)
class Original:
    """How the original reads and answers."""

    reader: TokenizerReader
    answers: tuple[Answered, ...]


def listen(folder: Path, prompts: Mapping[str, Prompt], report: Report) -> Original:
    """Let the model in `folder` answer each of `prompts`, and keep what it expected.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    import torch

    tokenizer = load_tokenizer(folder)
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    model = load_model(folder, dtype=torch.float32 if size < _FP32_BELOW else torch.bfloat16)
    engine = TransformersEngine(model, tokenizer)
    del model
    answers = []
    try:
        for number, (name, prompt) in enumerate(prompts.items()):
            report.progress("asking the original", number, len(prompts), "questions")
            report.check()
            answers += _answered(engine, tokenizer, name, prompt)
    finally:
        engine.close()
    return Original(TokenizerReader(tokenizer, folder), tuple(answers))


def _answered(engine: Engine, tokenizer: Any, name: str, prompt: Prompt) -> list[Answered]:
    """Return the answer to `prompt`; nothing where the question alone fills the context."""
    asked = _as_text(tokenizer, prompt)
    made = [token.id for token in engine.generate(prompt, max_new_tokens=NEW_TOKENS, ignore_end=True)]
    # Texts are read after the beginning of text, which some templates write and others leave to the tokenizer.
    asked = asked.removeprefix(tokenizer.bos_token or "")
    start = len(tokenizer(asked, add_special_tokens=False)["input_ids"])
    text = asked + tokenizer.decode(made, skip_special_tokens=False)
    found = expected(engine, text, start)
    return [] if found is None else [Answered(name, text, start, found)]


def _as_text(tokenizer: Any, prompt: Prompt) -> str:
    if isinstance(prompt, str):
        return prompt
    return rendered(tokenizer, prompt) or "".join(message["content"] + "\n" for message in prompt)


def expected(engine: Engine, text: str, start: int) -> numpy.ndarray | None:
    """Return what `engine` expects at each place of `text` from token `start` on; None where it reads less.

    Returns
    -------
    ndarray [n, vocabulary], float32
        Log-probabilities.
    """
    import numpy

    found, place = [], 0
    for some in engine.distributions([text]):
        first = max(start - place, 0)
        place += len(some.tokens)
        if first < len(some.tokens):
            found.append(some.logprobs[first:])
    return numpy.concatenate(found) if found else None
