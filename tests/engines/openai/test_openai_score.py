"""Scores by way of a server against those of the same weights in this process.

The server answers with log-probabilities that PyTorch gives for the ids it was sent; it knows nothing of where a prompt
ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinyserver import TinyServer, tiny_server

from kit.engines import Prompt
from kit.engines.openai.engine import OpenAIEngine
from kit.errors import ServerError, UnsupportedError

CHAT: list[Prompt] = [
    [{"role": "user", "content": "The price of the share goes"}],
    [{"role": "system", "content": "Classify the text."}, {"role": "user", "content": "Der Kurs fällt."}],
]
TEXTS: list[Prompt] = ["The price of the share", "Der Preis steigt, der Kurs "]
LABELS = ["up", "down", " fällt."]


class _Echo:
    """What a server with ``echo`` and ``logprobs`` answers, and one that tells tokens."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM

        from kit.engines.hf.tokenizer import load_tokenizer

        self.tokenizer = load_tokenizer(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder).eval()

    def completions(self, body: dict[str, Any]) -> dict[str, Any]:
        import torch

        assert (body["echo"], body["logprobs"], body["max_tokens"]) == (True, 1, 1)
        prompt = body["prompt"]
        ids = prompt if isinstance(prompt, list) else self._ids(prompt)
        with torch.inference_mode():
            table = self.model(torch.tensor([ids])).logits[0].log_softmax(-1)
        values = [None, *(float(table[i, token]) for i, token in enumerate(ids[1:]))]
        best = [None, *({"best": float(row.max())} for row in table[:-1])]
        logprobs = {"token_logprobs": [*values, -0.5], "top_logprobs": [*best, {"best": -0.5}]}
        return {"choices": [{"logprobs": logprobs}], "usage": {"prompt_tokens": len(ids), "completion_tokens": 1}}

    def tokenize(self, body: dict[str, Any]) -> dict[str, Any]:
        if "prompt" in body:
            return {"tokens": self._ids(body["prompt"])}
        assert body["add_generation_prompt"]
        return {"tokens": self._ids(self._templated(body["messages"]))}

    def tokenize_texts_only(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"tokens": self._ids(body.get("content", ""))}  # as llama.cpp has it

    def apply_template(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"prompt": self._templated(body["messages"])}

    def _templated(self, messages: Any) -> str:
        return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])


@pytest.fixture(scope="module")
def echo(tiny_model: Path) -> _Echo:
    return _Echo(tiny_model)


@pytest.fixture
def server(echo: _Echo) -> Iterator[TinyServer]:
    with tiny_server(routes={"/v1/completions": echo.completions, "/tokenize": echo.tokenize}) as running:
        yield running


@pytest.fixture
def engine(server: TinyServer) -> Iterator[OpenAIEngine]:
    engine = OpenAIEngine(server.url, "tiny")
    yield engine
    engine.close()


def _local(tiny_model: Path) -> Any:
    import torch

    from kit.engines.hf.engine import TransformersEngine
    from kit.engines.hf.load import load_model
    from kit.engines.hf.tokenizer import load_tokenizer

    return TransformersEngine(load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model))


@pytest.mark.parametrize("prompts", [CHAT, TEXTS], ids=["chat", "text"])
def test_scores_are_those_of_the_same_weights_here(
    engine: OpenAIEngine, tiny_model: Path, prompts: list[Prompt]
) -> None:
    done: list[int] = []
    found = engine.score(prompts, [LABELS, LABELS], on_progress=done.append)
    expected = _local(tiny_model).score(prompts, [LABELS, LABELS])
    for row, wanted in zip(found, expected, strict=True):
        assert [score.tokens for score in row] == [score.tokens for score in wanted]
        assert [score.logprob for score in row] == pytest.approx([score.logprob for score in wanted], abs=1e-3)
        assert [score.greedy for score in row] == [score.greedy for score in wanted]
    assert done == [1, 2]


def test_the_likeliest_continuation_is_known_for_it(engine: OpenAIEngine, echo: _Echo, tiny_model: Path) -> None:
    text = "The price of the share"
    best = next(_local(tiny_model).generate(text, max_new_tokens=1))
    word = echo.tokenizer.decode([best.id])
    assert [score.greedy for score in engine.score([text], [[word, " bond"]])[0]] == [True, False]


def test_texts_are_scored_without_tokens_too(server: TinyServer, engine: OpenAIEngine, tiny_model: Path) -> None:
    del server.behaviour.routes["/tokenize"]
    completions = server.behaviour.routes["/v1/completions"]
    usage = {"prompt_tokens": 0}

    def told(body: dict[str, Any]) -> dict[str, Any]:
        if "echo" in body:
            return dict(completions(body))
        counted = completions({**body, "echo": True, "logprobs": 1})["usage"]
        return {"choices": [{"text": "x"}], "usage": {**usage, **counted}}

    server.behaviour.routes["/v1/completions"] = told
    words = [" up", " down"]  # begin with a blank, so that no token holds the end of the prompt too
    found = engine.score(TEXTS, [words, words])
    expected = _local(tiny_model).score(TEXTS, [words, words])
    assert [[s.logprob for s in row] for row in found] == [
        pytest.approx([s.logprob for s in row], abs=1e-3) for row in expected
    ]


def test_a_whole_text_counts_from_its_second_token(engine: OpenAIEngine, echo: _Echo) -> None:
    text = "The payment was sent to an account."
    score = engine.score([""], [[text]])[0][0]
    ids = echo.tokenizer(text, add_special_tokens=False)["input_ids"]
    assert score.tokens == len(ids) - 1
    assert score.logprob == pytest.approx(
        sum(echo.completions(_echoed(ids))["choices"][0]["logprobs"]["token_logprobs"][1:-1])
    )


def _echoed(ids: list[int]) -> dict[str, Any]:
    return {"prompt": ids, "echo": True, "logprobs": 1, "max_tokens": 1}


def test_tokens_are_counted_however_the_server_tells(
    server: TinyServer, engine: OpenAIEngine, echo: _Echo, tiny_model: Path
) -> None:
    local = _local(tiny_model)
    prompts = [*CHAT, *TEXTS]
    expected = [local.count_tokens(prompt) for prompt in prompts]
    assert [engine.count_tokens(prompt) for prompt in prompts] == expected
    asked = len(server.asked)
    assert [engine.count_tokens(prompt) for prompt in prompts] == expected
    assert len(server.asked) == asked  # remembered
    server.behaviour.routes |= {"/tokenize": echo.tokenize_texts_only, "/apply-template": echo.apply_template}
    other = OpenAIEngine(server.url, "tiny")
    assert [other.count_tokens(prompt) for prompt in prompts] == expected
    server.behaviour.routes.clear()
    last = OpenAIEngine(server.url, "tiny")
    assert last.count_tokens("one two three") == 3  # the usage of a request: this server counts words
    assert server.asked[-1][1]["max_tokens"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"choices": [{"text": "x"}]},
        {"choices": [{"text": "x", "logprobs": None}], "usage": {"prompt_tokens": 3}},
        {"choices": [{"logprobs": {"token_logprobs": [-0.1]}}], "usage": {"prompt_tokens": 3}},
        ({"error": {"message": "Only no echo is supported"}}, 400),
        ({"error": "File Not Found"}, 404),
    ],
)
def test_a_server_that_does_not_score_says_what_to_do(server: TinyServer, engine: OpenAIEngine, answer: Any) -> None:
    server.behaviour.routes["/v1/completions"] = lambda body: answer
    with pytest.raises(UnsupportedError, match=r"does not score text \(.+\)\. Measure what it can") as caught:
        engine.score(TEXTS, [LABELS, LABELS])
    assert server.url in str(caught.value)
    assert "measures=('latency',)" in caught.value.fix


def test_a_server_in_trouble_is_not_taken_for_one_that_cannot(server: TinyServer, engine: OpenAIEngine) -> None:
    server.behaviour.routes["/v1/completions"] = lambda body: ({"error": "overloaded"}, 503)
    with pytest.raises(ServerError, match="503"):
        engine.score(TEXTS, [LABELS, LABELS])
    server.behaviour.routes["/tokenize"] = lambda body: ({"error": "overloaded"}, 503)
    with pytest.raises(ServerError, match="503"):
        OpenAIEngine(server.url, "tiny").count_tokens("text")


def test_messages_need_tokens(server: TinyServer, engine: OpenAIEngine) -> None:
    del server.behaviour.routes["/tokenize"]
    with pytest.raises(UnsupportedError, match="tells no tokens of chat messages"):
        engine.score(CHAT[:1], [LABELS])


def test_a_label_that_begins_another_is_refused(engine: OpenAIEngine) -> None:
    with pytest.raises(UnsupportedError, match="begins another"):
        engine.score(CHAT[:1], [["up", "up up"]])
