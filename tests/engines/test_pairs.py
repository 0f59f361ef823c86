"""Questions and answers as token ids, against lm-evaluation-harness's own encoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from lm_eval import utils
from lm_eval.models.huggingface import HFLM

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.pairs import encode_questions
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.hf.tree import line, tree, windows

PROMPTS = ("The price", "The price of the bond ", "Der Kurs\n", "The account was opened yester", "")
ANSWERS = (" goes up", "goes down", "day.", " steigt, der Kurs")


@pytest.fixture(scope="module")
def harness(tiny_model: Path) -> Any:
    model, tokenizer = load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model)
    return HFLM(pretrained=model, tokenizer=tokenizer, batch_size=2)


def test_plain_prompts_and_answers_are_encoded_together(harness: Any) -> None:
    found = encode_questions(harness.tokenizer, PROMPTS, [ANSWERS] * len(PROMPTS), context=512)
    assert [question.parts for question in found] == [[(row, n) for n in range(4)] for row in range(len(PROMPTS))]
    for prompt, question in zip(PROMPTS[:-1], found, strict=False):
        pairs = [harness._encode_pair(prompt, answer) for answer in ANSWERS]
        # Of an answer inside a word of the question lm-eval has no token left, and gives up.
        expected = [(q, ids or harness.tok_encode(text)) for (q, ids), text in zip(pairs, ANSWERS, strict=True)]
        assert [(list(question.prompt), list(ids)) for ids in question.answers] == expected
    assert list(found[-1].prompt) == [harness.prefix_token_id]
    assert [list(ids) for ids in found[-1].answers] == [
        harness.tok_encode(answer, add_special_tokens=False) for answer in ANSWERS
    ]


def test_messages_keep_their_end_and_their_answers_are_encoded_alone(harness: Any) -> None:
    asked = [{"role": "user", "content": "The price?"}]
    (question,) = encode_questions(harness.tokenizer, [asked], [("up", "down")], context=None)
    assert harness.tokenizer.decode(question.prompt).endswith("<|im_start|>assistant\n")
    assert [harness.tokenizer.decode(ids) for ids in question.answers] == ["up", "down"]


def test_of_a_long_plain_prompt_the_end_is_read(harness: Any) -> None:
    long = "up down " * 60 + "The price"
    whole = harness.tok_encode(long)
    questions = encode_questions(harness.tokenizer, [long], [(" goes", " up, down", " down.")], context=20)
    assert sorted(part for question in questions for part in question.parts) == [(0, 0), (0, 1), (0, 2)]
    for question in questions:
        (length,) = {len(ids) for ids in question.answers}
        assert list(question.prompt) == whole[-(20 + 1 - length) :]


def test_an_answer_inside_a_word_of_the_question_is_scored_alone(tiny_model: Path) -> None:
    engine = TransformersEngine(load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model))
    ((inside, other),) = engine.score(["The pay"], [["ment", " up"]])
    assert inside.tokens == len(engine.tokenizer("ment", add_special_tokens=False)["input_ids"])
    assert inside.logprob < 0
    assert other.tokens == 1


@pytest.mark.parametrize("length", [1, 7, 8, 9, 30])
def test_windows_are_those_of_the_harness(length: int) -> None:
    text = list(range(100, 100 + length))
    theirs = utils.get_rolling_token_windows(text, prefix_token=3, max_seq_len=8, context_len=1)
    assert windows(3, text, 8) == [utils.make_disjoint_window(each) for each in theirs]


def test_a_text_longer_than_the_context_is_read_in_windows(tiny_model: Path) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    engine = TransformersEngine(model, load_tokenizer(tiny_model), batch_size=4)
    engine._context = 16
    text = "The price of the share goes up and the price of the bond goes down. " * 3
    heard: list[int] = []
    ((long,), (short,)) = engine.score(["", ""], [[text], ["up"]], on_progress=heard.append)
    ids = engine.tokenizer(text, add_special_tokens=False)["input_ids"]
    assert long.tokens == len(ids) > 40
    wanted = 0.0
    for before, tokens in windows(0, ids, 16):
        with torch.inference_mode():
            table = model(input_ids=torch.tensor([[*before, *tokens]])).logits[0].double().log_softmax(-1)
        wanted += sum(float(table[len(before) - 1 + i, token]) for i, token in enumerate(tokens))
    assert long.logprob == pytest.approx(wanted, rel=1e-5)
    assert short.tokens == 1
    assert heard[-1] == 2


def test_a_tree_holds_the_question_once() -> None:
    row = tree([5, 6, 7], [(0, [10]), (1, [11, 12, 13]), (2, [14, 15])])
    assert row.ids == [5, 6, 7, 11, 12, 14]
    assert row.positions == [0, 1, 2, 3, 4, 3]
    assert row.branches == [0, 0, 0, 2, 2, 3]
    assert [(look.place, look.token, look.answer) for look in row.looks] == [
        *[(2, 10, 0), (2, 11, 1), (3, 12, 1), (4, 13, 1), (2, 14, 2), (5, 15, 2)]
    ]
    assert line([5, 6, 7], (1, [11, 12, 13])).ids == [5, 6, 7, 11, 12]
