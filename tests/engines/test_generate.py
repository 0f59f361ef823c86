"""Generated tokens against Transformers' own generation, and their text as it is streamed."""

from __future__ import annotations

import random
import types
from typing import Any

import pytest
import torch
from tinymodel import SHAPE, make_tokenizer
from transformers import LlamaConfig

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.generate import generate
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer

PROMPT = "The price of the share goes"


@pytest.fixture(params=["tiny_model", "sliding_model"])
def engine(request: pytest.FixtureRequest) -> TransformersEngine:
    folder = request.getfixturevalue(request.param)
    return TransformersEngine(load_model(folder, dtype=torch.float32), load_tokenizer(folder))


def test_greedy_tokens_are_those_of_transformers(engine: TransformersEngine) -> None:
    ids = torch.tensor([engine.tokenizer(PROMPT, add_special_tokens=False)["input_ids"]])
    theirs = engine.model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=30, min_new_tokens=30
    )
    theirs_ids = theirs[0, ids.shape[1] :].tolist()
    ours = [token.id for token in engine.generate(PROMPT, max_new_tokens=30, ignore_end=True)]
    assert 2 not in ours, "else min_new_tokens would have kept Transformers from choosing the end"
    assert ours == theirs_ids


def test_sampling_follows_its_seed(engine: TransformersEngine) -> None:
    def draw(seed: int) -> list[int]:
        drawn = engine.generate(PROMPT, max_new_tokens=12, temperature=1.0, seed=seed, ignore_end=True)
        return [token.id for token in drawn]

    assert draw(1) == draw(1)
    assert len({tuple(draw(seed)) for seed in range(4)}) == 4


def test_a_low_temperature_is_nearly_greedy(engine: TransformersEngine) -> None:
    greedy = [token.id for token in engine.generate(PROMPT, max_new_tokens=6, ignore_end=True)]
    cold = [token.id for token in engine.generate(PROMPT, max_new_tokens=6, temperature=1e-3, ignore_end=True)]
    assert cold == greedy


def test_draws_have_the_probabilities_of_the_softmax() -> None:
    """Chi-square on 3000 draws of one token: below the 99.9 % quantile of 3 degrees of freedom, 16.27."""
    letters = torch.tensor(make_tokenizer().convert_tokens_to_ids(["a", "b", "c", "d"]))
    logits = torch.full((400,), -torch.inf)
    logits[letters] = torch.tensor([2.0, 1.0, 0.0, -1.0])
    drawn = generate(_Fixed(logits), make_tokenizer(), [1], max_new_tokens=3000, temperature=2.0, seed=0)
    found = torch.bincount(torch.tensor([token.id for token in drawn]), minlength=400)[letters]
    wanted = torch.tensor([1.0, 0.5, 0.0, -0.5]).softmax(-1) * 3000
    assert float(((found - wanted) ** 2 / wanted).sum()) < 16.27


def test_the_end_is_not_part_of_the_answer(engine: TransformersEngine) -> None:
    whole = list(engine.generate(PROMPT, max_new_tokens=10, ignore_end=True))
    third = whole[3].id
    first_at = [token.id for token in whole].index(third)
    engine.tokenizer.chat_template = None
    engine.tokenizer.eos_token = engine.tokenizer.convert_ids_to_tokens(third)
    assert list(engine.generate(PROMPT, max_new_tokens=10)) == whole[:first_at]
    assert list(engine.generate(PROMPT, max_new_tokens=10, ignore_end=True)) == whole


@pytest.mark.parametrize(
    "text", ["The price goes up.", "Zoë: 你好, 世界 😀👩‍👩‍👧 fällt", "😀", " two  blanks\n\nand lines ", "ends in é"]
)
def test_streamed_pieces_join_to_the_text(text: str) -> None:
    tokenizer = make_tokenizer()
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    pieces = [token.text for token in generate(_Scripted(ids), tokenizer, [1], max_new_tokens=len(ids))]
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces), "half a character was shown"


def test_streamed_pieces_join_whatever_the_model_writes() -> None:
    tokenizer = make_tokenizer()
    draw = random.Random(0)
    for _round in range(20):
        ids = [draw.randrange(3, len(tokenizer)) for _token in range(40)]
        ids += tokenizer("up", add_special_tokens=False)["input_ids"]  # so that nothing is held back at the end
        pieces = [token.text for token in generate(_Scripted(ids), tokenizer, [1], max_new_tokens=len(ids))]
        assert "".join(pieces) == tokenizer.decode(ids, skip_special_tokens=True)


def test_tokenizers_that_drop_the_first_blank_keep_the_others() -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<unk>", "▁the", "▁price", "▁goes", "▁up"]
    raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.Metaspace()
    raw.decoder = decoders.Metaspace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>")
    ids = [1, 2, 3, 4, 3, 4, 3, 4]
    assert tokenizer.decode(ids) == "the price goes up goes up goes up"
    pieces = [token.text for token in generate(_Scripted(ids), tokenizer, [1], max_new_tokens=len(ids))]
    assert pieces == ["the", " price", " goes", " up", " goes", " up", " goes", " up"]


class _Scripted:
    """A model that is certain of the next token of a script."""

    device = torch.device("cpu")
    config = LlamaConfig(**SHAPE)

    def __init__(self, ids: list[int]) -> None:
        self._ids = iter(ids)

    def __call__(self, **inputs: Any) -> Any:
        logits = torch.zeros(1, 1, 400)
        logits[0, 0, next(self._ids)] = 1.0
        return types.SimpleNamespace(logits=logits)


class _Fixed(_Scripted):
    """A model that always thinks the same."""

    def __init__(self, logits: torch.Tensor) -> None:
        self._logits = logits

    def __call__(self, **inputs: Any) -> Any:
        return types.SimpleNamespace(logits=self._logits.reshape(1, 1, -1))
