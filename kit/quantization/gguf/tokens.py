"""The tokenizer of a Transformers folder as GGUF holds it.

llama.cpp has tokenizers of its own. Two kinds can stand for what a tokenizer.json describes: merges of bytes (GPT-2 and
most that came after) and merges of characters with bytes to fall back on (as SentencePiece makes them). How the first
kind cuts text into words is known to llama.cpp under the names of models; which of them cuts as this tokenizer does is
found out by trying (`pretokenizer`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.engines.hf.prompt import end_of_answer
from kit.errors import UnsupportedError
from kit.i18n import _

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # llama_token_type
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")


@dataclass
class Tokens:
    """What is written of a tokenizer.

    Parameters
    ----------
    model : str
        "gpt2" for merges of bytes, "llama" for merges of characters.
    texts : list of str
        Of each token, by its number.
    kinds : list of int
        What each token is.
    merges : list of str
        For "gpt2": pairs, the first to be merged first.
    scores : list of float
        For "llama": the highest is merged first.
    special : dict
        Other keys below "tokenizer.", such as the numbers of special tokens.
    """

    model: str
    texts: list[str]
    kinds: list[int]
    merges: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    special: dict[str, Any] = field(default_factory=dict)


def read_tokens(folder: Path, tokenizer: Any, size: int) -> Tokens:
    """Return what GGUF must hold of the tokenizer in `folder`.

    Parameters
    ----------
    folder : Path
        With tokenizer.json.
    tokenizer : transformers tokenizer
        The same, opened.
    size : int
        Rows of the embedding: as many tokens are written.

    Raises
    ------
    UnsupportedError
        It is of a kind that llama.cpp has not, or knows more tokens than the model.
    """
    file = folder / "tokenizer.json"
    written = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    model = written.get("model") or {}
    if model.get("type") != "BPE":
        problem = _("Its tokenizer is of a kind ({kind}) that is not written as GGUF here.")
        raise UnsupportedError(problem.format(kind=model.get("type", _("no tokenizer.json"))), fix=_other())
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    if max(vocabulary.values()) >= size:
        problem = _("Its tokenizer knows {n} tokens, and the model {size}.")
        raise UnsupportedError(problem.format(n=max(vocabulary.values()) + 1, size=size), fix=_other())
    pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    found = Tokens("llama" if model.get("byte_fallback") else "gpt2", [], [])
    found.texts, found.kinds = _texts(vocabulary, tokenizer, size, found.model)
    if found.model == "gpt2":
        found.merges = [" ".join(pair) for pair in pairs]
    else:
        found.scores = _scores(found.texts, pairs)
        found.special["add_space_prefix"] = _adds_space(tokenizer)
    found.special |= _special(tokenizer)
    return found


def _other() -> str:
    return _("Choose a method of another engine for this model.")


def _texts(vocabulary: dict[str, int], tokenizer: Any, size: int, model: str) -> tuple[list[str], list[int]]:
    texts, kinds = [f"[PAD{place}]" for place in range(size)], [UNUSED] * size
    added = tokenizer.added_tokens_decoder
    for text, place in vocabulary.items():
        texts[place], kinds[place] = text, NORMAL
        if place in added:
            kinds[place] = CONTROL if added[place].special else USER_DEFINED
        elif model == "llama" and _BYTE.fullmatch(text):
            kinds[place] = BYTE
    if model == "llama" and tokenizer.unk_token_id is not None:
        kinds[tokenizer.unk_token_id] = UNKNOWN
    return texts, kinds


def _scores(texts: list[str], pairs: list[list[str]]) -> list[float]:
    """Return a score for each token: what is merged earlier has a higher one, as pieces of SentencePiece have."""
    ranks: dict[str, int] = {}
    for rank, pair in enumerate(pairs):
        ranks.setdefault("".join(pair), rank)
    return [-float(ranks.get(text, len(pairs))) for text in texts]


def _adds_space(tokenizer: Any) -> bool:
    """Does a text begin as if a blank stood before it?"""
    begun = tokenizer.convert_ids_to_tokens(tokenizer("a", add_special_tokens=False)["input_ids"])
    return bool(begun) and begun[0].startswith("▁")


def _special(tokenizer: Any) -> dict[str, Any]:
    """Return the numbers of special tokens, and which of them are put around a text."""
    found: dict[str, Any] = {}
    names = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    for ours, theirs in names.items():
        number = getattr(tokenizer, f"{ours}_token_id")
        if number is not None:
            found[f"{theirs}_token_id"] = number
    if tokenizer.eos_token_id is not None and end_of_answer(tokenizer) != tokenizer.eos_token_id:
        found["eot_token_id"] = end_of_answer(tokenizer)
    around = tokenizer("a")["input_ids"]
    found["add_bos_token"] = around[0] == tokenizer.bos_token_id
    found["add_eos_token"] = len(around) > 1 and around[-1] == tokenizer.eos_token_id
    return found


def chat_template(tokenizer: Any) -> str:
    """Return the Jinja template of chats, "" where there is none; of several, the one that is used by default."""
    found = getattr(tokenizer, "chat_template", None) or ""
    if isinstance(found, dict):
        found = found.get("default", "")
    return str(found)
