"""How likely texts are to a server: its answers to /completions with ``echo`` and ``logprobs``.

Where the server tells tokens, prompt and continuation go there as ids, the same that a local engine would take. Where
it does not, plain text goes there, and the length of the prompt alone tells where the continuation begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.engines.openai.client import Client
from kit.engines.openai.tokens import Tokens
from kit.engines.protocol import Prompt, Score
from kit.errors import ServerError, UnsupportedError
from kit.i18n import _


@dataclass(frozen=True)
class _Asked:
    """What is sent for one continuation, and how many of its tokens belong to the prompt."""

    prompt: str | list[int]
    start: int


def score_one(client: Client, tokens: Tokens, model: str, prompt: Prompt, continuations: Sequence[str]) -> list[Score]:
    """Return the score of each continuation of one prompt.

    After an empty prompt, the first token of a text counts only where the model has a beginning of text.

    Raises
    ------
    UnsupportedError
        The server does not score text, or tells no tokens of chat messages.
    """
    return [_scored(client, model, asked) for asked in _questions(client, tokens, prompt, continuations)]


def _questions(client: Client, tokens: Tokens, prompt: Prompt, continuations: Sequence[str]) -> list[_Asked]:
    if not isinstance(prompt, str):
        return _after_messages(client, tokens, prompt, continuations)
    body = prompt.rstrip()
    blanks = prompt[len(body) :]
    start = tokens.ids(body, special=not body)
    if start is None:
        count = tokens.count(body) if body else 0
        return [_Asked(body + blanks + text, count) for text in continuations]
    if not body:
        return [_Asked([*start, *(tokens.ids(blanks + text) or [])], len(start)) for text in continuations]
    # Where the two would share a token, the prompt keeps those that it has alone, as lm-evaluation-harness does it.
    wholes = [tokens.ids(body + blanks + text) or [] for text in continuations]
    return [_Asked([*start, *whole[len(start) :]], len(start)) for whole in wholes]


def _after_messages(client: Client, tokens: Tokens, prompt: Prompt, continuations: Sequence[str]) -> list[_Asked]:
    start = tokens.ids(prompt)
    rows = [tokens.ids(text) for text in continuations]
    if start is None or None in rows:
        why = _("it tells no tokens of chat messages, at {place}").format(place="/tokenize")
        raise _cannot(client.url, why)
    ids = [row for row in rows if row is not None]
    if any(a is not b and b[: len(a)] == a for a in ids for b in ids):
        raise UnsupportedError(
            _(
                "One of the answers {answers} begins another, and {url} does not tell the token that ends an answer."
            ).format(answers=", ".join(map(repr, continuations)), url=client.url),
            fix=_("Rename a label, or score with engine='transformers'."),
        )
    return [_Asked([*start, *row], len(start)) for row in ids]


def _scored(client: Client, model: str, asked: _Asked) -> Score:
    body = {"model": model, "prompt": asked.prompt, "max_tokens": 1, "temperature": 0, "echo": True, "logprobs": 1}
    try:
        found = client.post("/completions", body)
    except ServerError as exc:
        if exc.status in (400, 404, 405, 422, 501):
            raise _cannot(client.url, exc.problem.rstrip(".")) from exc
        raise
    values, likeliest, total = _read(found, asked)
    if values is None or total <= asked.start:
        raise _cannot(client.url, _("its answer holds no log-probabilities of the prompt"))
    places = [i for i in range(asked.start, total) if values[i] is not None]  # none of the very first token
    return Score(sum(values[i] for i in places), len(places), all(values[i] >= likeliest[i] - 1e-6 for i in places))


def _read(found: Any, asked: _Asked) -> tuple[list[Any] | None, list[float], int]:
    """Return the log-probability of each token, the highest at each place, and how many tokens were sent."""
    try:
        logprobs = found["choices"][0]["logprobs"]
        values = list(logprobs["token_logprobs"])
        best = [max(top.values()) if top else float("-inf") for top in logprobs.get("top_logprobs") or []]
        total = len(asked.prompt) if isinstance(asked.prompt, list) else int(found["usage"]["prompt_tokens"])
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None, [], 0
    if len(values) < total or any(value is None for value in values[1:total]):
        return None, [], 0
    missing = len(values) - len(best)  # a server that tells no rivals cannot tell that a token is not the likeliest
    return values, best + [float("inf")] * missing, total


def _cannot(url: str, why: str) -> UnsupportedError:
    return UnsupportedError(
        _("{url} does not score text ({why}).").format(url=url, why=why),
        fix=_(
            "Measure what it can, such as measures=('latency',), serve the model with vLLM, which answers /completions "
            "with echo and logprobs, or score the same weights here with engine='transformers'."
        ),
    )
