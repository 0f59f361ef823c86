"""How long answers take."""

from __future__ import annotations

from kit.i18n import _
from kit.machine.bystanders import Bystanders
from kit.measure.latency import measure_latency
from kit.measure.passes.evaluation import Evaluation
from kit.result import Measurement

_BUSY = 0.2  # share of all cores that others use; on an idle desktop it is below a twentieth


def timing(evaluation: Evaluation) -> dict[str, float]:
    """Time answers and return the median of each quantity."""
    ledger = evaluation.ledger
    kept = ledger.values("timing")
    if kept is None:
        with Bystanders() as others:
            found = _timed(evaluation)
        ledger.add_values("bystanders", {"share": others.share})
        ledger.add_values("timing", {name: measurement.to_dict() for name, measurement in found.items()})
        if others.share > _BUSY:
            text = _("Other processes used {share:.0%} of the processor: believe these timings only roughly.")
            evaluation.report.message(text.format(share=others.share))
    else:
        found = {name: Measurement.from_dict(values) for name, values in kept.items()}
    evaluation.facts["others_cpu_share"] = round((ledger.values("bystanders") or {}).get("share", 0.0), 3)
    evaluation.measurements |= found
    return {name: measurement.p50 for name, measurement in found.items()}


def _timed(evaluation: Evaluation) -> dict[str, Measurement]:
    engine, requests, report = evaluation.engine(), evaluation.spec.requests, evaluation.report
    report.progress("timing", 0, requests, "requests")

    def heard(done: int) -> None:
        report.progress("timing", done, requests, "requests")
        if done < requests:  # else a stop would throw away what is just complete
            report.check()

    return measure_latency(
        engine,
        evaluation.data.prompts()[:requests],
        requests=requests,
        new_tokens=evaluation.spec.new_tokens,
        on_progress=heard,
    )
