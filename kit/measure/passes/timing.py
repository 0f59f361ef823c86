"""How long answers take, under the load that the spec names; each level of a sweep is kept when it is done."""

from __future__ import annotations

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.machine.bystanders import Bystanders
from kit.measure.loads import LoadSpec
from kit.measure.loads.drive import drive, warm_up
from kit.measure.loads.knee import Level, knee
from kit.measure.loads.numbers import Timed, numbers
from kit.measure.passes.evaluation import Evaluation
from kit.result import Result

_BUSY = 0.2  # share of all cores that others use; on an idle desktop it is below a twentieth


def timing(evaluation: Evaluation) -> dict[str, float]:
    """Time answers and return the median of each quantity; of a sweep of loads, those of the lightest."""
    levels = evaluation.spec.load.levels()
    found, shares = zip(*(_level(evaluation, place, level) for place, level in enumerate(levels)), strict=True)
    first: Timed = found[0]
    evaluation.facts["others_cpu_share"] = max(shares)
    evaluation.facts["load"] = first.facts
    evaluation.measurements |= first.measurements
    if evaluation.spec.load.kind == "sweep":
        bend = knee([_point(level, timed) for level, timed in zip(levels, found, strict=True)])
        evaluation.facts["knee"] = bend
        evaluation.report.message(bend["sentence"])
        evaluation.parts += [_part(evaluation, level, timed) for level, timed in zip(levels, found, strict=True)]
    return dict(first.metrics)


def name_of(place: int) -> str:
    """Return how the ledger calls a level, by its place."""
    return f"timing {place}" if place else "timing"


def _level(evaluation: Evaluation, place: int, load: LoadSpec) -> tuple[Timed, float]:
    """Return what one load gave, and the share of the processor that others used meanwhile."""
    kept = evaluation.ledger.values(name_of(place))
    if kept is not None:
        return Timed.from_dict(kept["timed"]), kept["others_cpu_share"]
    with Bystanders() as others:
        timed = _timed(evaluation, place, load)
    share = round(others.share, 3)
    evaluation.ledger.add_values(name_of(place), {"timed": timed.to_dict(), "others_cpu_share": share})
    _warn(evaluation, load, timed, share)
    return timed, share


def _timed(evaluation: Evaluation, place: int, load: LoadSpec) -> Timed:
    engine, spec = evaluation.engine(), evaluation.spec
    prompts = evaluation.data.prompts()[: spec.requests + warm_up(load)]
    outcomes = drive(
        engine,
        prompts,
        load,
        requests=spec.requests,
        new_tokens=spec.new_tokens,
        heard=_Heard(evaluation, place),
    )

    def prompt_tokens(number: int) -> int | None:
        try:
            return engine.count_tokens(prompts[number % len(prompts)])
        except UnsupportedError:  # nobody counts: there is no speed of reading then
            return None

    timed = numbers(
        outcomes, shape=load.name, new_tokens=spec.new_tokens, limits=load.limits, prompt_tokens=prompt_tokens
    )
    timed.facts["warm_up"] = warm_up(load)
    timed.facts["different_prompts"] = min(len(set(map(str, prompts))), spec.requests)
    return timed


class _Heard:
    """Tells how many answers there are over all levels, and heeds a stop, but not when a level is just complete."""

    def __init__(self, evaluation: Evaluation, place: int) -> None:
        self._report, self._requests = evaluation.report, evaluation.spec.requests
        self._total = self._requests * len(evaluation.spec.load.levels())
        self._before = place * self._requests
        self._told = -1

    def __call__(self, done: int) -> None:
        if done != self._told:
            self._told = done
            self._report.progress("timing", self._before + done, self._total, "requests")
        if done < self._requests:
            self._report.check()


def _warn(evaluation: Evaluation, load: LoadSpec, timed: Timed, others: float) -> None:
    """Say what keeps these numbers from being what they seem."""
    facts, report = timed.facts, evaluation.report
    if facts["failed"]:
        why = next(iter(facts["failures"]))
        words = _("Under {load}, {failed} of {n} requests failed and have no times. The most frequent reason: {why}")
        report.message(words.format(load=load.name, failed=facts["failed"], n=facts["requests"], why=why))
    if facts["short_answers"]:
        words = _("Under {load}, {short} of {n} answers ended before {tokens} tokens: their times tell of less work.")
        report.message(
            words.format(
                load=load.name, short=facts["short_answers"], n=facts["requests"], tokens=evaluation.spec.new_tokens
            )
        )
    # A server on this machine is another process: what it uses is no disturbance, and cannot be told from one.
    if others > _BUSY and not evaluation.spec.variant.remote:
        words = _("Other processes used {share:.0%} of the processor: believe these timings only roughly.")
        report.message(words.format(share=others))


def _point(load: LoadSpec, timed: Timed) -> Level:
    metrics = timed.metrics
    return Level(load.name, metrics["output_throughput"], metrics["e2el_s"], metrics.get("goodput_share"))


def _part(evaluation: Evaluation, load: LoadSpec, timed: Timed) -> Result:
    spec = evaluation.spec
    return Result(
        spec=spec.replace(load=load, measures=("latency",)).to_dict(),
        metrics=timed.metrics,
        measurements=timed.measurements,
        facts={
            "method": spec.variant.method,
            "engine": spec.variant.engine,
            "model": spec.variant.model,
            "variant": f"{spec.variant.name}, {load.name}",
            "load": timed.facts,
        },
    )
