"""From prompts to token ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tinymodel import make_tokenizer

from kit.engines.hf.prompt import encode, encode_answers, encode_labels, end_of_answer, without_middle
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import KitError

MESSAGES = [{"role": "user", "content": "The price goes up."}]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return make_tokenizer()


def test_messages_go_through_the_template(tokenizer: Any) -> None:
    ids = encode(tokenizer, MESSAGES)
    assert tokenizer.decode(ids) == "<|im_start|>user\nThe price goes up.<|im_end|>\n<|im_start|>assistant\n"
    assert ids.count(1) == 2, "the template's marks are one token each"


def test_without_a_template_messages_are_lines(tokenizer: Any) -> None:
    plain = make_tokenizer()
    plain.chat_template = None
    ids = encode(plain, [{"role": "system", "content": "Be kind."}, *MESSAGES])
    assert plain.decode(ids) == "Be kind.\nThe price goes up.\n"


def test_plain_text_is_taken_as_it_is(tokenizer: Any) -> None:
    assert tokenizer.decode(encode(tokenizer, "goes up")) == "goes up"
    assert encode(tokenizer, "") == []


def test_a_long_prompt_loses_its_middle(tokenizer: Any) -> None:
    whole = encode(tokenizer, MESSAGES)
    cut = encode(tokenizer, MESSAGES, max_length=9)
    assert cut == whole[:4] + whole[-5:]
    assert encode(tokenizer, MESSAGES, max_length=len(whole)) == whole


@pytest.mark.parametrize(("limit", "kept"), [(None, "abcdef"), (6, "abcdef"), (5, "abdef"), (4, "abef"), (1, "f")])
def test_without_middle(limit: int | None, kept: str) -> None:
    ids = without_middle([ord(c) for c in "abcdef"], limit)
    assert "".join(map(chr, ids)) == kept


def test_labels_end_only_where_one_begins_another(tokenizer: Any) -> None:
    apart = ["up", "down"]
    assert encode_labels(tokenizer, apart) == encode_answers(tokenizer, apart)
    nested = encode_labels(tokenizer, ["up", "up, down"])
    assert [ids[-1] for ids in nested] == [2, 2]
    assert [ids[:-1] for ids in nested] == encode_answers(tokenizer, ["up", "up, down"])


def test_the_end_of_an_answer_is_the_templates_own(tokenizer: Any) -> None:
    other = make_tokenizer()
    other.eos_token = "<|endoftext|>"
    assert end_of_answer(other) == other.convert_tokens_to_ids("<|im_end|>")
    other.chat_template = None
    assert end_of_answer(other) == other.convert_tokens_to_ids("<|endoftext|>")


def test_a_tokenizer_without_padding_gets_one(tmp_path: Path) -> None:
    bare = make_tokenizer()
    bare.pad_token = None
    bare.save_pretrained(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert loaded.pad_token_id == loaded.eos_token_id == 2


STRICT = (
    "{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}"
    "{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        ("u", "user: u0\nassistant:"),
        ("uau", "user: u0\nassistant: a1\nuser: u2\nassistant:"),
        ("suau", "user: s0\n\nu1\nassistant: a2\nuser: u3\nassistant:"),
        ("uuau", "user: u0\n\nu1\nassistant: a2\nuser: u3\nassistant:"),
        ("usu", "user: u0\n\ns1\n\nu2\nassistant:"),
    ],
)
def test_a_strict_template_gets_the_same_words(turns: str, text: str) -> None:
    """As Gemma's and Mistral's templates are: no system, and user and assistant in turn."""
    names = {"s": "system", "u": "user", "a": "assistant"}
    strict = make_tokenizer()
    strict.chat_template = STRICT
    messages = [{"role": names[turn], "content": f"{turn}{place}"} for place, turn in enumerate(turns)]
    assert strict.decode(encode(strict, messages)) == text


def test_a_template_that_refuses_is_told() -> None:
    strict = make_tokenizer()
    strict.chat_template = STRICT
    with pytest.raises(KitError, match="refuses a conversation: Roles must alternate"):
        encode(strict, [{"role": "assistant", "content": "Hello."}, *MESSAGES])
