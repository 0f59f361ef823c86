"""Whole distributions against one plain forward pass, and answers that end at a text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from kit.engines import Token
from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.writing import until

TEXTS = ("The price of the share goes up and the price of the bond goes down.", "Der Preis", "")


@pytest.fixture(params=["tiny_model", "sliding_model"])
def engine(request: pytest.FixtureRequest) -> TransformersEngine:
    folder: Path = request.getfixturevalue(request.param)
    return TransformersEngine(load_model(folder, dtype=torch.float32), load_tokenizer(folder))


@pytest.mark.parametrize("places", [1, 5, 64])
def test_every_place_is_told_once(engine: TransformersEngine, places: int) -> None:
    found = list(engine.distributions(TEXTS, places=places))
    assert max(len(each.tokens) for each in found) <= places
    for number, text in enumerate(TEXTS):
        ids = engine.tokenizer(text, add_special_tokens=False)["input_ids"]
        mine = [each for each in found if each.text == number]
        assert [token for each in mine for token in each.tokens.tolist()] == ids
        if ids:
            with torch.inference_mode():
                wanted = engine.model(input_ids=torch.tensor([[0, *ids[:-1]]])).logits[0].log_softmax(-1).numpy()
            np.testing.assert_allclose(np.concatenate([each.logprobs for each in mine]), wanted, rtol=1e-4, atol=1e-4)


def test_the_rest_of_a_text_longer_than_the_context_is_left_out(engine: TransformersEngine) -> None:
    engine._context = 6
    (only,) = engine.distributions(TEXTS[:1])
    assert len(only.tokens) == 6


@pytest.mark.parametrize(
    ("pieces", "stop", "wanted"),
    [
        (["a", "b\n", "\nc", "d"], ["\n\n"], "ab"),
        (["a", "\n", "b"], ["\n\n"], "a\nb"),
        (["a", "\n"], ["\n\n"], "a\n"),
        (["ab", "cde", "f"], ["ef", "d"], "abc"),
        (["", "x", "", "STOP"], ["STOP"], "x"),
        (["STO", "X", "STOP", "y"], ["STOP"], "STOX"),
    ],
)
def test_an_answer_ends_before_a_text(pieces: list[str], stop: list[str], wanted: str) -> None:
    tokens = (Token(i, text) for i, text in enumerate(pieces))
    assert "".join(token.text for token in until(tokens, stop)) == wanted


def test_text_is_not_held_back_longer_than_it_must(engine: TransformersEngine) -> None:
    read: list[str] = []

    def tokens() -> object:
        for text in ["a", "b", "\n", "c"]:
            read.append(text)
            yield Token(0, text)

    stream = until(tokens(), ["\n\n"])  # type: ignore[arg-type]
    assert next(stream).text == "a"
    assert read == ["a"]


def test_the_engine_stops(engine: TransformersEngine) -> None:
    whole = "".join(token.text for token in engine.generate("The price", max_new_tokens=24, ignore_end=True))
    end = whole[7:9]
    text = "".join(token.text for token in engine.generate("The price", max_new_tokens=24, ignore_end=True, stop=[end]))
    assert text == whole[: whole.index(end)]
