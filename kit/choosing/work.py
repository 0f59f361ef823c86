"""The work behind `kit.recommend`: models are looked at one by one, sorted out or kept, and those kept are ranked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kit.choosing.candidates import candidates
from kit.choosing.choice import Choice
from kit.choosing.doubts import doubts
from kit.choosing.evidence import Evidence, evidence_of, is_of
from kit.choosing.guess import guesses, lost
from kit.choosing.limits import Miss, card_misses, checked_limits
from kit.choosing.options import Asked, Option, lacking, options_of
from kit.choosing.own import Own, own_results
from kit.choosing.ranking import Placed, best_option, ranked
from kit.choosing.recommendation import LeftOut, Recommendation
from kit.data import Dataset, DataSpec, load_data, open_data
from kit.engines.barred import barred
from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.machine.speed import known_speed
from kit.models import METHOD_BITS, ModelCard
from kit.models.uses import TASKS, suits
from kit.models.usual import usual_methods
from kit.quantization.registry import methods as known_methods

if TYPE_CHECKING:
    from kit.jobs import Run
    from kit.result import Result

_CONTEXT, _PROMPT, _ANSWER = 2048, 512, 64  # tokens, where the data do not tell
_CHARACTERS = 4  # to a token, as a rule of thumb for text in European languages
_WORDS = ("code", "completion", "reasoning", "vision")  # of cards, beside the tasks of data


def recommended(
    task: str | None,
    data: Dataset | DataSpec | str | os.PathLike[str] | None,
    limits: Mapping[str, Any] | None,
    models: Sequence[str | ModelCard] | None,
    methods: Sequence[str] | None,
    runs: Iterable[Run | Result] | None,
) -> Recommendation:
    """Return what `kit.recommend` does, which tells what is asked for."""
    rows = _rows(data, task)
    wanted = _task(task, rows)
    checked = checked_limits(limits)
    owns = own_results(runs)
    asked = Asked(wanted, checked, *_lengths(rows, checked), known_speed())
    usable, lacks = _methods(methods)
    work = _Work(asked, usable, lacks, owns, rows)
    for card in candidates(models, [] if models is not None else work.measured_models()):
        work.consider(card)
    return work.result()


class _Work:
    """Goes through models, sorts out those that miss something, and ranks the rest."""

    def __init__(
        self, asked: Asked, methods: list[str], lacks: list[str], owns: list[Own], rows: Dataset | None
    ) -> None:
        self._asked, self._methods, self._lacks, self._owns = asked, methods, lacks, owns
        self._hash, self._source = (rows.hash, rows.spec.source) if rows is not None else ("", "")
        self._data = None if rows is None else rows.spec
        self._kept: list[tuple[Option, Evidence]] = []
        self._also: dict[str, list[Option]] = {}
        self._cards: list[ModelCard] = []
        self._out: list[LeftOut] = []

    def measured_models(self) -> list[str]:
        """Return the names of what was measured on this data, tuned models among them."""
        return list(dict.fromkeys(own.model for own in self._owns if self._hash and own.data_hash == self._hash))

    def consider(self, card: ModelCard) -> None:
        """Keep the ways to run one model that miss nothing, or leave it out with the reason."""
        self._cards.append(card)
        misses = [*_unfit_for(card, self._asked.task), *card_misses(card, self._asked.limits)]
        if misses or not self._methods:
            reasons = misses or [Miss("packages", " ".join(self._lacks))]
            self._out.append(LeftOut(card, "", tuple(reasons)))
            return
        mine = [own for own in self._owns if is_of(own, card)]
        options = options_of(card, self._methods, self._asked, mine)
        good = [option for option in options if not option.misses]
        if not good:
            nearest = min(options, key=_distance)
            advice = nearest.fit.advice if [m.limit for m in nearest.misses] == ["fit"] else ""
            self._out.append(LeftOut(card, nearest.method, nearest.misses, advice))
            return
        self._also[card.name] = good
        self._keep(card, good)

    def _keep(self, card: ModelCard, good: list[Option]) -> None:
        """Keep every option that was measured on this data, and else the best one."""
        told = [(option, self._evidence(card, option.method)) for option in good]
        measured = [pair for pair in told if pair[1].kind == "this data"]
        if measured:
            self._kept += measured
            return
        best = best_option(good)
        self._kept += [pair for pair in told if pair[0] is best]

    def _evidence(self, card: ModelCard, method: str) -> Evidence:
        found = evidence_of(
            card, self._asked.task, self._owns, method=method, data_hash=self._hash, source=self._source
        )
        return found

    def result(self) -> Recommendation:
        """Return the choices in order and what was left out."""
        guessed = guesses(self._cards, self._asked.task, self._owns)
        choices = [self._choice(rank, each) for rank, each in enumerate(ranked(self._kept, guessed), 1)]
        return Recommendation(
            choices,
            self._out,
            task=self._asked.task,
            limits=self._asked.limits,
            lacks=self._lacks,
            next_up=_next_up(choices, guessed),
        )

    def _choice(self, rank: int, placed: Placed) -> Choice:
        option, evidence = placed.option, placed.evidence
        others = [each.method for each in self._also[option.card.name] if each.method != option.method]
        return Choice(
            rank=rank,
            model=option.card.name,
            method=option.method,
            engine=option.own.engine if option.own else "transformers",
            reason=f"{evidence.words} {placed.why}".strip(),
            uncertain=doubts(option, evidence, self._asked.limits),
            fit=option.fit,
            evidence=evidence,
            card=option.card,
            tpot_s=option.seconds("tpot_s"),
            ttft_s=option.seconds("ttft_s"),
            timed=option.timed,
            memory_bytes=option.memory_bytes,
            speed=option.speed,
            also=tuple(others),
            data=self._data,
        )


def _next_up(choices: Sequence[Choice], guessed: Mapping[str, float]) -> Choice | None:
    """Return the first that was not measured, where it is guessed to be clearly better than the best that was."""
    first = next((choice for choice in choices if choice.evidence.kind != "this data"), None)
    if first is None or first is choices[0] or choices[0].model.startswith("run:"):  # tuning is worth more than size
        return None
    return first if guessed[first.model] - lost(first.method) >= guessed[choices[0].model] + 1 else None


def _distance(option: Option) -> tuple[int, float]:
    """Tell how far an option is from being chosen: how many limits it misses, and by how much."""
    gaps = [miss.gap for miss in option.misses]
    return len(gaps), max((gap if gap is not None else float("inf") for gap in gaps), default=0.0)


def _unfit_for(card: ModelCard, task: str) -> list[Miss]:
    found = []
    if not suits(card, task):
        found.append(Miss("task", _("It was not made for the task {task}.").format(task=task)))
    if barred(card):
        found.append(Miss("engine", barred(card)))
    return found


def _rows(data: Any, task: str | None) -> Dataset | None:
    if data is None or isinstance(data, Dataset):
        return data
    if isinstance(data, DataSpec):
        return open_data(data)
    return load_data(data, task=task) if task in TASKS else load_data(data)


def _task(task: str | None, rows: Dataset | None) -> str:
    if task is None:
        return "answer" if rows is None else rows.task
    if task not in (*TASKS, *_WORDS):
        raise UnknownNameError("task", task, (*TASKS, *_WORDS))
    if rows is not None and task in TASKS and task != rows.task:
        allowed = _("{task!r}, the task of the data, or left out").format(task=rows.task)
        raise ParameterError("task", task, allowed=allowed)
    return task


def _lengths(rows: Dataset | None, limits: Mapping[str, Any]) -> tuple[int, int]:
    """Return the tokens of a question with its answer, and of a usual question."""
    if rows is None:
        return round(limits.get("context", _CONTEXT)), _PROMPT
    sizes = sorted(len(rows.instruction) + len(row.context) + len(row.text) for row in rows.items)
    longest, usual = sizes[-1] // _CHARACTERS + _ANSWER, sizes[len(sizes) // 2] // _CHARACTERS + 1
    return max(round(limits.get("context", 0)), longest, _ANSWER), max(usual, 1)


def _methods(given: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the methods that can run here and have a formula, and why others cannot."""
    named = usual_methods(missing=True) if given is None else [given] if isinstance(given, str) else list(given)
    for name in named:
        if name not in METHOD_BITS or name not in known_methods():
            raise UnknownNameError("methods", name, [each for each in METHOD_BITS if each in known_methods()])
    lacks = {name: lacking(name) for name in named if name in known_methods()}
    return [name for name, lack in lacks.items() if not lack], [lack for lack in lacks.values() if lack]
