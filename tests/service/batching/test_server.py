"""What the process says that holds a model with OpenVINO, to many at once, is what the kit's own engine says to one.

It is started as the service starts it and asked by the unchanged package ``openai``; the engine reads the same graph.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from tinymodel import SHAPE, make_tokenizer
from tinyserved import KEY, MESSAGES, ON_AND_ON, PROMPT, Served, at_once, served_from

from kit.engines.local.engine import LocalEngine
from kit.engines.local.probability import log_softmax
from kit.engines.openvino.decoder import OpenVinoDecoder
from kit.quantization.openvino.graph import FILE
from kit.service.batching.asked import text_of

CONTEXT = 450  # no whole number of blocks
SLOTS = 8


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with served_from(folder, slots=SLOTS, context=CONTEXT) as found:
        yield found


@pytest.fixture(scope="module")
def decoder(folder: Path) -> OpenVinoDecoder:
    return OpenVinoDecoder(folder / FILE, precision="f32", context=CONTEXT)


@pytest.fixture(scope="module")
def engine(decoder: OpenVinoDecoder) -> LocalEngine:
    return LocalEngine(decoder, make_tokenizer())


def _ids(answer: Any) -> list[int]:
    return [each.model_extra["id"] for each in answer.choices[0].logprobs.content]


def test_a_chat_is_answered_token_for_token_as_the_kit_does(served: Served, engine: LocalEngine) -> None:
    wanted = list(engine.generate(MESSAGES, max_new_tokens=60))
    found = served.chat(max_tokens=60, logprobs=True)
    assert _ids(found) == [token.id for token in wanted]
    assert found.choices[0].message.content == engine.tokenizer.decode(_ids(found), skip_special_tokens=True)
    assert found.choices[0].finish_reason == ("length" if len(wanted) == 60 else "stop")
    usage = (found.usage.prompt_tokens, found.usage.completion_tokens)
    assert usage == (engine.count_tokens(MESSAGES), len(wanted))


def test_a_completion_is_answered_as_the_kit_does(served: Served, engine: LocalEngine) -> None:
    wanted = engine.tokenizer.decode([token.id for token in engine.generate(PROMPT, max_new_tokens=24)])
    as_tokens = engine.tokenizer(PROMPT).input_ids
    for prompt in (PROMPT, [PROMPT], as_tokens):
        assert served.text(prompt=prompt).choices[0].text == wanted
    stop = wanted[5:8]
    cut = served.text(stop=[stop]).choices[0]
    assert (cut.text, cut.finish_reason) == (wanted[: wanted.index(stop)], "stop")


@pytest.mark.parametrize("logprobs", [False, True])
def test_a_stream_says_what_the_whole_says(served: Served, logprobs: bool) -> None:
    more: dict[str, Any] = {"logprobs": True, "top_logprobs": 2} if logprobs else {}
    whole = served.chat(**more)
    pieces = list(served.chat(stream=True, stream_options={"include_usage": True}, **more))
    choices = [piece.choices[0] for piece in pieces if piece.choices]
    assert choices[0].delta.role == "assistant"
    assert "".join(each.delta.content or "" for each in choices) == whole.choices[0].message.content
    assert [each.finish_reason for each in choices][-1] == whole.choices[0].finish_reason
    assert pieces[-1].usage == whole.usage
    if logprobs:
        told = [each for choice in choices for each in choice.logprobs.content]
        assert told == whole.choices[0].logprobs.content
    text = served.text()
    parts = list(served.text(stream=True))
    assert "".join(part.choices[0].text for part in parts) == text.choices[0].text
    assert all(part.usage is None for part in parts)


def test_log_probabilities_of_a_chat_are_those_of_the_model(
    served: Served, engine: LocalEngine, decoder: OpenVinoDecoder
) -> None:
    told = served.chat(logprobs=True, top_logprobs=4).choices[0].logprobs.content
    question = engine.tokenizer.apply_chat_template(MESSAGES, add_generation_prompt=True, return_dict=False)
    made = [each.model_extra["id"] for each in told]
    table = _table(decoder, [*question, *made])[len(question) - 1 : -1]
    np.testing.assert_allclose([each.logprob for each in told], table[np.arange(len(made)), made], atol=1e-4)
    best = [[top.model_extra["id"] for top in each.top_logprobs] for each in told]
    assert best == np.argsort(-table)[:, :4].tolist()
    assert [bytes(each.bytes).decode() for each in told] == [each.token for each in told]


def test_tokens_can_be_told_by_their_numbers(served: Served, engine: LocalEngine) -> None:
    words = served.text(logprobs=3, max_tokens=5).choices[0].logprobs
    asked = {"return_tokens_as_token_ids": True}
    told = served.text(logprobs=3, max_tokens=5, extra_body=asked).choices[0].logprobs
    numbers = [int(each.removeprefix("token_id:")) for each in told.tokens]
    assert [engine.tokenizer.decode([number]) for number in numbers] == words.tokens
    assert [max(top, key=lambda name: top[name]) for top in told.top_logprobs] == told.tokens
    assert (told.text_offset, told.token_logprobs) == (words.text_offset, words.token_logprobs)


def test_a_text_that_is_told_again_has_log_probabilities_too(
    served: Served, engine: LocalEngine, decoder: OpenVinoDecoder
) -> None:
    found = served.text(echo=True, logprobs=1, max_tokens=5)
    told = found.choices[0].logprobs
    question = engine.tokenizer(PROMPT).input_ids
    assert found.choices[0].text.startswith(PROMPT)
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == (len(question), 5)
    assert "".join(told.tokens) == found.choices[0].text
    assert told.text_offset == [sum(map(len, told.tokens[:place])) for place in range(len(told.tokens))]
    assert told.token_logprobs[0] is told.top_logprobs[0] is None
    table = _table(decoder, question)
    wanted = table[np.arange(len(question) - 1), question[1:]]
    np.testing.assert_allclose(told.token_logprobs[1 : len(question)], wanted, atol=1e-4)
    best = [max(each.values()) for each in told.top_logprobs[1 : len(question) + 1]]
    np.testing.assert_allclose(best, table.max(axis=1), atol=1e-4)


def _table(decoder: OpenVinoDecoder, tokens: list[int]) -> np.ndarray:
    decoder.forget(0)
    found = log_softmax(decoder.read(tokens, keep=len(tokens)))
    decoder.forget(0)
    return found


def test_eight_at_once_get_what_each_gets_alone(served: Served) -> None:
    def ask(place: int) -> str:
        how = {"temperature": place % 2, "seed": place, "max_tokens": 20 + place}
        if place % 4 < 2:
            return str(served.text(prompt=f"{PROMPT} {'on ' * place}", **how).choices[0].text)
        return str(served.chat(messages=[{"role": "user", "content": f"{place} " * place}], **how).choices[0])

    alone = [ask(place) for place in range(SLOTS)]
    assert at_once(ask, SLOTS) == alone
    assert len(set(alone)) == SLOTS


def test_there_is_room_for_as_many_long_answers_as_were_promised(served: Served) -> None:
    def ask(place: int) -> int:
        found = served.text(prompt=[3 + place], max_tokens=CONTEXT, **ON_AND_ON)
        return int(found.usage.total_tokens)

    for _ in range(3):
        assert at_once(ask, SLOTS) == [CONTEXT] * SLOTS


def test_an_answer_in_json_is_an_object(served: Served) -> None:
    words = make_tokenizer()
    closing = words.convert_tokens_to_ids(['"', words.eos_token, "}", ":"])
    biases = {str(token): 100 - 10 * place for place, token in enumerate(closing)}
    found = served.chat(response_format={"type": "json_object"}, logit_bias=biases, max_tokens=60)
    assert isinstance(json.loads(found.choices[0].message.content), dict)


def test_who_does_not_know_the_key_is_not_answered(served: Served) -> None:
    with pytest.raises(openai.AuthenticationError):
        served.client.with_options(api_key="wrong").completions.create(model="tiny", prompt=PROMPT)
    for said in ({}, {"Authorization": KEY}, {"Authorization": "Bearer"}, {"Authorization": b"Bearer \xff"}):
        for path in ("completions", "chat/completions"):
            url = f"{served.said['url']}/v1/{path}"
            assert httpx.post(url, json={"prompt": PROMPT}, headers=said).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("how", "parameter"),
    [
        ({"prompt": "word " * CONTEXT}, "prompt"),
        ({"prompt": [3] * CONTEXT}, "prompt"),
        ({"prompt": [3, SHAPE["vocab_size"]]}, "prompt"),
        ({"messages": [{"role": "user", "content": "word " * CONTEXT}]}, "messages"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(served: Served, how: dict[str, Any], parameter: str) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        (served.chat if "messages" in how else served.text)(**how)
    assert refusal.value.param == parameter
    assert served.text(prompt=[3] * (CONTEXT - 1)).usage.total_tokens <= CONTEXT


def test_a_chat_of_which_the_template_leaves_nothing_begins_a_text() -> None:
    words = make_tokenizer()
    words.chat_template = "{{ messages[0]['content'] }}"
    body = {"messages": [{"role": "user", "content": ""}]}
    text = text_of(body, words, context=CONTEXT, vocabulary=400, ends=frozenset([2]))
    assert text.tokens == [words.bos_token_id]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has loaded")
def test_it_holds_no_torch(served: Served) -> None:
    assert served.chat().choices
    loaded = Path(f"/proc/{served.process.pid}/maps").read_text(encoding="utf-8")
    assert "libopenvino" in loaded
    assert "libtorch" not in loaded


def test_what_cannot_be_held_is_told(tmp_path: Path) -> None:
    with served_from(tmp_path, slots=1, context=CONTEXT) as served:
        assert list(served.said) == ["error"]
        assert served.process.wait(5) == 1
