"""Are a server's answers those of the reference? Compared by the log-probabilities of the next token."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy

from benchmarks.candidates.known import Candidate
from benchmarks.candidates.process import Running

TOLD = 20  # log-probabilities that a server is asked for
COMPARED = 10  # the likeliest of the reference that are looked up among them
_TOKEN = "token_id:"  # as vLLM writes a token's id where text is expected


@dataclass(frozen=True)
class Next:
    """The token that a server would say next.

    Parameters
    ----------
    token : int or None
        The likeliest; None where only its text is told.
    text : str
        Of that token.
    logs : mapping of int to float, nats
        Log-probabilities that were told, by token; may be empty.
    """

    token: int | None
    text: str
    logs: Mapping[int, float]


def next_token(http: httpx.Client, candidate: Candidate, running: Running, ids: Sequence[int], text: str) -> Next:
    """Ask a server what follows `ids`, whose text is `text`."""
    body: dict[str, Any] = {"model": running.model, **candidate.limits(1)}
    body.pop("stream_options", None)
    body |= (
        {"prompt": text}
        if candidate.by_text
        else {"prompt": list(ids), "logprobs": TOLD, "return_tokens_as_token_ids": True}
    )
    answer = http.post(f"{running.url}/completions", json=body, headers=running.headers)
    answer.raise_for_status()
    return read(answer.json())


def read(answer: Mapping[str, Any]) -> Next:
    """Return the next token out of an answer, whichever of the two shapes its log-probabilities have, or none."""
    choice = answer["choices"][0]
    told = choice.get("logprobs") or {}
    if told.get("content"):
        first = told["content"][0]
        logs = {each["id"]: each["logprob"] for each in (*reversed(first.get("top_logprobs") or ()), first)}
        likeliest = max(logs, key=lambda token: logs[token])
        return Next(likeliest, choice["text"], logs)
    if told.get("top_logprobs"):
        logs = {_id(name): value for name, value in told["top_logprobs"][0].items()}
        return Next(max(logs, key=lambda token: logs[token]), choice["text"], logs)
    return Next(None, choice["text"], {})


def _id(name: str) -> int:
    return int(name.removeprefix(_TOKEN))


def of_library(table: numpy.ndarray) -> list[Next]:
    """Return what rows of log-probabilities say, as if a server had told the likeliest `TOLD` of each."""
    found = []
    for row in table:
        likeliest = numpy.argsort(row)[::-1][:TOLD].tolist()
        found.append(Next(likeliest[0], "", {token: float(row[token]) for token in likeliest}))
    return found


def agreement(
    reference: numpy.ndarray, words: Sequence[Mapping[str, str]], told: Sequence[Next]
) -> dict[str, float | int | None]:
    """Compare what a server said with the reference, position by position.

    Parameters
    ----------
    reference : array of shape (positions, vocabulary)
        Log-probabilities.
    words : sequence of mapping of str to str
        The likeliest tokens of each position as text, for servers that tell text only.

    Returns
    -------
    dict
        ``same_top``: the share of positions with the same likeliest token; ``regret_nats``: by how much less likely the
        reference holds the token that the server chose, mean; ``top1_mad``: the mean absolute difference of the
        log-probability of that token; ``topk_mad``: of the reference's `COMPARED` likeliest; ``kl``: see
        `divergence`. None where a server does not tell enough for it.
    """
    same, regrets, firsts, tops, divergences = [], [], [], [], []
    for row, texts, each in zip(reference, words, told, strict=True):
        best = int(row.argmax())
        chosen = each.token if each.token is not None else _by_text(texts, each.text)
        same.append(chosen == best)
        floor = min(row[int(token)] for token in texts)  # a token that is none of them is no likelier than they are
        regrets.append(float(row[best] - (row[chosen] if chosen is not None else floor)))
        if each.token is not None and each.token in each.logs:
            firsts.append(abs(each.logs[each.token] - float(row[each.token])))
        if len(each.logs) >= COMPARED:
            likeliest = numpy.argsort(row)[::-1][:COMPARED].tolist()
            tops += [abs(each.logs[token] - float(row[token])) for token in likeliest if token in each.logs]
            divergences.append(divergence(row, each.logs))
    return {
        "positions": len(same),
        "same_top": round(statistics.fmean(same), 4),
        "regret_nats": round(statistics.fmean(regrets), 5),
        "top1_mad": _mean(firsts),
        "topk_mad": _mean(tops),
        "kl": _mean(divergences),
        "told": min(len(each.logs) for each in told),
    }


def divergence(row: numpy.ndarray, logs: Mapping[int, float]) -> float:
    """Return the Kullback-Leibler divergence of what is told from the reference, in nats.

    It is that of the two distributions over the tokens that are told and one heap with all others, which is no more
    than that over the whole vocabulary (Cover and Thomas, Elements of Information Theory, theorem 2.7.1).
    """
    tokens = list(logs)
    ours = [math.exp(float(row[token])) for token in tokens]
    theirs = [math.exp(logs[token]) for token in tokens]
    ours.append(max(1.0 - sum(ours), 0.0))
    theirs.append(max(1.0 - sum(theirs), 1e-9))
    return sum(p * math.log(p / q) for p, q in zip(ours, theirs, strict=True) if p > 0)


def _by_text(texts: Mapping[str, str], said: str) -> int | None:
    """Return the likeliest token that reads so."""
    return next((int(token) for token, text in texts.items() if text == said), None)


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 5) if values else None
