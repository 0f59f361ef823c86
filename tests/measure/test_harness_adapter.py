"""An engine as a model of lm-eval, beside lm-eval's own model class on the same weights: HFLM is the reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tinymodel import TEMPLATE, make_tokenizer

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import UnsupportedError
from kit.measure.checkpoint import Checkpoint
from kit.measure.harness.asking import Asking
from kit.measure.ledger import Ledger
from kit.report import ListReport

CONTEXT = 48  # tokens: long texts need several windows
PAIRS = [
    ("The price of the", " share goes up"),
    ("The price of the", " share goes down."),
    ("The price of the", " bond"),
    ("The price of the ", "bond"),  # the blank belongs to what follows
    ("The price of the \n", "bond"),
    ("Der Preis steigt, der Kurs", " fällt."),
    ("The acc", "ount that was opened"),  # one word across the border
    ("", "The payment was sent."),
    ("", " down"),
    ("<|im_start|>user\nWas it sent?<|im_end|>\n<|im_start|>assistant\n", "up"),
    ("日本語のテキスト", "です"),
    ("The share goes up. " * 12, "The bond goes down."),  # too long: its beginning is left out
    ("The share goes up. " * 12, " up"),
]
TEXTS = [
    "The payment was sent to an account that was opened yesterday.",
    "up",
    "The price of the share goes up and the price of the bond goes down. " * 5,
    "Der Preis steigt, der Kurs fällt.\n\nUnd 日本語.",
]
SETTINGS: list[dict[str, Any]] = [
    {"until": ["\n\n"], "max_gen_toks": 12, "do_sample": False},
    {"until": [" the", "e"], "max_gen_toks": 16},
    {"until": "up", "max_new_tokens": 9, "temperature": 0.0},
    {"max_gen_toks": 5},
]


@pytest.fixture(scope="module")
def short_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama that can read few tokens, its tokenizer putting nothing before a text."""
    return _saved(tmp_path_factory.mktemp("short"), begin=False)


@pytest.fixture(scope="module")
def begun_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a tokenizer that begins each text with a mark, as those of Llama and Gemma do."""
    return _saved(tmp_path_factory.mktemp("begun"), begin=True)


def _saved(folder: Path, *, begin: bool) -> Path:
    import torch
    from tinymodel import SHAPE
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoModelForCausalLM, LlamaConfig

    torch.manual_seed(0)
    config = LlamaConfig(**{**SHAPE, "max_position_embeddings": CONTEXT})
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer = make_tokenizer()
    if begin:
        mark = tokenizer.bos_token
        tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
            single=f"{mark} $A", pair=f"{mark} $A {mark} $B", special_tokens=[(mark, tokenizer.bos_token_id)]
        )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(params=["short_model", "begun_model"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Any, Any]:
    """Our model and lm-eval's own, on the same weights."""
    folder = request.getfixturevalue(request.param)
    return _ours(folder, tmp_path), _theirs(folder)


def _ours(folder: Path, place: Path) -> Any:
    import torch

    from kit.measure.harness.adapter import EngineLM

    report = ListReport(place)
    engine = TransformersEngine(load_model(folder, dtype=torch.float32), load_tokenizer(folder), batch_size=3)
    ledger = Ledger(Checkpoint("k", report), {"version": "1"})
    return EngineLM(Asking(engine=lambda: engine, ledger=ledger, report=report, batch_size=3))


def _theirs(folder: Path) -> Any:
    from lm_eval.models.huggingface import HFLM

    return HFLM(str(folder), device="cpu", dtype="float32", batch_size=1)


def _requests(kind: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    from lm_eval.api.instance import Instance

    return [Instance(request_type=kind, doc={}, arguments=each, idx=0) for each in arguments]


def test_likelihoods_are_those_of_lm_eval(both: tuple[Any, Any]) -> None:
    ours, theirs = (lm.loglikelihood(_requests("loglikelihood", PAIRS)) for lm in both)
    for pair, (found, greedy), (expected, expected_greedy) in zip(PAIRS, ours, theirs, strict=True):
        assert found == pytest.approx(expected, abs=1e-4), pair
        assert greedy == expected_greedy, pair


def test_what_the_model_would_write_is_greedy(both: tuple[Any, Any]) -> None:
    """Continuations that the model itself would write, and the same with another last word."""
    ours, theirs = both
    written = theirs.generate_until(_requests("generate_until", [("The price", {"until": [], "max_gen_toks": 1})]))[0]
    pairs = [("The price", written), ("The price", written + " up")]
    assert [greedy for _logprob, greedy in ours.loglikelihood(_requests("loglikelihood", pairs))] == [
        greedy for _logprob, greedy in theirs.loglikelihood(_requests("loglikelihood", pairs))
    ]


def test_texts_are_read_in_the_windows_of_lm_eval(both: tuple[Any, Any]) -> None:
    ours, theirs = (
        lm.loglikelihood_rolling(_requests("loglikelihood_rolling", [(text,) for text in TEXTS])) for lm in both
    )
    assert ours == pytest.approx(theirs, abs=1e-3)  # sums of a hundred tokens
    assert ours[0] == pytest.approx(theirs[0], abs=1e-4)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_same_is_written(both: tuple[Any, Any], settings: dict[str, Any]) -> None:
    contexts = ["The price of the", "Der Preis", "The share goes up. " * 12]
    ours, theirs = (
        lm.generate_until(_requests("generate_until", [(context, settings) for context in contexts])) for lm in both
    )
    # Of a character that the last token leaves incomplete, engines tell nothing.
    assert ours == [text.rstrip("\ufffd") for text in theirs]


def test_chat_messages_reach_the_engine_as_they_are(short_model: Path, tmp_path: Path) -> None:
    ours = _ours(short_model, tmp_path)
    messages = [{"role": "user", "content": "The price"}]
    context = ours.apply_chat_template(messages)
    (found, _greedy), *_rest = ours.loglikelihood(_requests("loglikelihood", [(context, "up"), (context, "down")]))
    engine = ours._asking.engine()
    assert found == pytest.approx(engine.score([messages], [["up", "down"]])[0][0].logprob, abs=1e-5)
    with pytest.raises(UnsupportedError, match="gen_prefix"):
        ours.apply_chat_template(messages, add_generation_prompt=False)


def test_settings_that_would_change_the_answer_are_refused(short_model: Path, tmp_path: Path) -> None:
    ours = _ours(short_model, tmp_path)
    asked = _requests("generate_until", [("The price", {"until": [], "temperature": 0.7, "top_p": 0.9})])
    with pytest.raises(UnsupportedError, match=r"top_p=0\.9"):
        ours.generate_until(asked)


def test_samples_of_the_same_question_differ_and_come_back(short_model: Path, tmp_path: Path) -> None:
    asked = _requests("generate_until", [("The price", {"until": [], "temperature": 1.0, "max_gen_toks": 8})] * 4)
    written = _ours(short_model, tmp_path / "one").generate_until(asked)
    assert len(set(written)) > 1
    assert _ours(short_model, tmp_path / "two").generate_until(asked) == written


def test_the_bootstrap_leaves_the_world_as_it_was() -> None:
    import os
    import random

    from kit.measure.harness.quiet import quiet, seeded

    random.seed(5)
    expected = random.Random(5).random()
    with quiet(), seeded():
        random.random()
        assert os.environ["DISABLE_MULTIPROC"] == "1"
    assert random.random() == expected
    assert "DISABLE_MULTIPROC" not in os.environ
