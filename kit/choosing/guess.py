"""How good a model may be where nothing was measured: a guess, said to be one, put right by published scores.

The guess counts doublings of weights: within one design generation larger is usually better, and a model that is a year
newer stands about where one with twice the weights stood. A mixture of experts counts as the geometric mean of its
total and its active weights, a rule of thumb. Fewer bits cost a little, and so does being made for one field. Scores
that one reporter published of several models, asked in the same way, tell their true order: so such models change
places among themselves.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kit.choosing.own import Own
from kit.measure.one_answer import only_answer
from kit.models import METHOD_BITS, ModelCard, Score

_MONTHS_A_DOUBLING = 12
_SPECIAL = 1.0  # doublings that a model for one field, such as medicine, is guessed to lose at other work
_EPOCH = 2023  # any year: only differences count
_LOST = ((5, 0.5), (9, 0.1))  # at most so many bits: so many doublings

_GENERAL = ("MMLU-Pro", "MMLU", "MMLU-Redux", "ARC-Challenge", "ARC", "HellaSwag", "PIQA", "BBH", "GPQA", "IFEval")
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "answer": ("IFEval", *_GENERAL),
    "chat": ("IFEval", *_GENERAL),
    "reasoning": ("GPQA", "GPQA Diamond", "MATH", "MATH-500", "GSM8K", "BBH"),
    "vision": ("MMMU",),
}


def guesses(cards: Sequence[ModelCard], task: str, owns: Iterable[Own] = ()) -> dict[str, float]:
    """Return a guess of quality for each model by name, in doublings of weights; only differences mean anything.

    Parameters
    ----------
    cards : sequence of ModelCard
    task : str
    owns : iterable of Own
        What was measured here: on the same rows of this task it tells an order too, as published scores do.
    """
    plain = {card.name: doublings(card) for card in cards}
    moved: dict[str, list[float]] = defaultdict(list)
    for members in [*_groups(cards, task).values(), *_measured(cards, task, owns)]:
        if len(members) < 2:
            continue
        ranked = sorted(members, key=lambda name: (members[name], plain[name]))
        for name, value in zip(ranked, sorted(plain[name] for name in members), strict=True):
            moved[name].append(value)
    mean = {name: math.fsum(values) / len(values) for name, values in moved.items()}
    return {name: mean.get(name, value) for name, value in plain.items()}


def doublings(card: ModelCard) -> float:
    """Return the guess from size and age alone."""
    size = math.sqrt(card.parameters * card.active_parameters)
    if card.vision_parameters:
        size = math.sqrt(max(card.parameters - card.vision_parameters, 1) * card.active_parameters)
    year, month = (int(part) for part in (card.released or f"{_EPOCH}-01").split("-"))
    age = ((year - _EPOCH) * 12 + month - 1) / _MONTHS_A_DOUBLING
    return math.log2(size / 1e9) + age - (_SPECIAL if card.tags else 0.0)


def lost(method: str) -> float:
    """Return how many doublings a method is guessed to cost."""
    bits = METHOD_BITS[method]
    return next((cost for most, cost in _LOST if bits <= most), 0.0)


def published(card: ModelCard, task: str) -> Score | None:
    """Return the published score of a model that says most about `task`, or None."""
    for benchmark in BENCHMARKS.get(task, _GENERAL):
        found = next((score for score in card.scores if score.benchmark == benchmark), None)
        if found is not None:
            return found
    return None


def _measured(cards: Sequence[ModelCard], task: str, owns: Iterable[Own]) -> Iterable[dict[str, float]]:
    """Return what each set of rows told of several models, each in the best way that it was held."""
    names = {card.name: card.name for card in cards} | {card.hub_id: card.name for card in cards if card.hub_id}
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for own in owns:
        if own.task == task and own.model in names and not only_answer(own.result):
            held, value = found[own.data_hash, own.metric], -own.value if own.lower_is_better else own.value
            held[names[own.model]] = max(value, held.get(names[own.model], value))
    return found.values()


def _groups(cards: Iterable[ModelCard], task: str) -> Mapping[tuple[str, str, str], dict[str, float]]:
    """Return what each reporter published of several models, asked in the same way."""
    wanted = BENCHMARKS.get(task, _GENERAL)
    found: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for card in cards:
        for score in card.scores:
            if score.benchmark in wanted:
                found[score.benchmark, score.setting, score.reporter][card.name] = score.value
    return found
