"""What energy answers take, where the machine tells.

The counters tell of the whole machine, so other work on it counts as well. The power of doing nothing is measured just
before and taken off in a second figure: the first is what an answer costs, the second what it adds to a machine that
is on in any case.
"""

from __future__ import annotations

import time
from typing import Any

from kit.engines import Engine, Prompt
from kit.engines.openai.address import on_this_machine
from kit.engines.usage import usage_of
from kit.i18n import _
from kit.machine.energy import EnergyMeter, find_counters
from kit.measure.loads.drive import WARM_UP
from kit.measure.passes.evaluation import Evaluation
from kit.report import Report
from kit.result import Measurement

IDLE_S = 5.0
_LOOK_S = 0.1


def energy(evaluation: Evaluation) -> dict[str, float]:
    """Return joules for each token and each answer, one answer after another; nothing where the machine is silent."""
    kept = evaluation.ledger.values("energy")
    if kept is None:
        kept = _measured(evaluation)
        if kept is None:
            return {}
        evaluation.ledger.add_values("energy", kept)
    samples = Measurement.from_dict(kept["samples"])
    evaluation.measurements[samples.name] = samples
    evaluation.facts["energy"] = kept["facts"]
    return dict(kept["metrics"])


def _measured(evaluation: Evaluation) -> dict[str, Any] | None:
    variant = evaluation.spec.variant
    if variant.remote and not on_this_machine(variant.engine):
        evaluation.not_measured("energy", _("the server runs on another machine, whose counters are not seen here"))
        return None
    found = find_counters()
    if not found.counters:
        evaluation.not_measured("energy", "; ".join(found.missing))
        return None
    for words in found.missing:
        evaluation.report.message(_("Energy is not whole: {why}.").format(why=words))
    with EnergyMeter(found.counters) as meter:
        return _counted(evaluation, meter, missing=found.missing)


def _counted(evaluation: Evaluation, meter: EnergyMeter, *, missing: tuple[str, ...]) -> dict[str, Any]:
    engine, spec, report = evaluation.engine(), evaluation.spec, evaluation.report
    prompts = evaluation.data.prompts()
    report.progress("weighing energy", 0, spec.requests, "requests")
    for i in range(WARM_UP):
        _write(engine, prompts[-1 - i % len(prompts)], spec.new_tokens, report)
    idle_watts = _idle(meter, report)
    joules, seconds, tokens = [], 0.0, 0
    before = meter.by_counter()
    for i in range(spec.requests):
        began, at = time.perf_counter(), meter.joules()
        tokens += _write(engine, prompts[i % len(prompts)], spec.new_tokens, report)
        joules.append(meter.joules() - at)
        seconds += time.perf_counter() - began
        report.progress("weighing energy", i + 1, spec.requests, "requests")
    after = meter.by_counter()
    total = sum(joules)
    return {
        "metrics": {
            "energy_j_per_token": total / tokens,
            "energy_j_per_request": total / len(joules),
            "energy_above_idle_j_per_token": (total - idle_watts * seconds) / tokens,
            "energy_above_idle_j_per_request": (total - idle_watts * seconds) / len(joules),
            "idle_w": idle_watts,
        },
        "samples": Measurement(
            "energy_j",
            "J",
            tuple(joules),
            _("one answer alone with its prompt, {n} new tokens, all that the counters count").format(
                n=spec.new_tokens
            ),
        ).to_dict(),
        "facts": {
            "counters": {name: round(after[name] - before[name], 3) for name in after},
            "missing": list(missing),
            "idle_s": IDLE_S,
            "seconds": round(seconds, 3),
            "tokens": tokens,
        },
    }


def _idle(meter: EnergyMeter, report: Report) -> float:
    """Return the power of doing nothing, in watts."""
    began, at = time.perf_counter(), meter.joules()
    while (seconds := time.perf_counter() - began) < IDLE_S:
        report.check()
        time.sleep(min(_LOOK_S, IDLE_S - seconds))
    return (meter.joules() - at) / seconds


def _write(engine: Engine, prompt: Prompt, new_tokens: int, report: Report) -> int:
    """Let the engine answer and return how many tokens it wrote."""
    stream, pieces = engine.generate(prompt, max_new_tokens=new_tokens, ignore_end=True), 0
    for _token in stream:
        pieces += 1
        report.check()
    usage = usage_of(stream)
    return max(pieces if usage is None else usage.new_tokens, 1)
