"""Which pass belongs to which measure, and what of it an earlier attempt has done."""

from __future__ import annotations

from collections.abc import Callable

from kit.i18n import N_, _
from kit.measure.harness.asking import KEPT
from kit.measure.judge import asking
from kit.measure.passes import answering
from kit.measure.passes.energy import energy
from kit.measure.passes.evaluation import GIVEN_UP, Evaluation
from kit.measure.passes.quality import quality
from kit.measure.passes.reading import reading
from kit.measure.passes.reference import reference, release
from kit.measure.passes.running import running
from kit.measure.passes.timing import timing
from kit.measure.passes.weighing import weighing

_PASSES: dict[str, Callable[[Evaluation], dict[str, float]]] = {
    "accuracy": quality,
    "perplexity": reading,
    "latency": timing,
    "memory": weighing,
    "energy": energy,
    "reference": reference,
}
# Kept when they are complete, by the name in the ledger.
_WHOLE = {"timing": N_("latency"), "weighing": N_("memory"), "energy": N_("energy")}


def measure(evaluation: Evaluation) -> dict[str, float]:
    """Do what is left of each pass and return all final numbers."""
    metrics: dict[str, float] = {}
    for name in evaluation.spec.measured:
        evaluation.report.check()
        metrics |= _PASSES[name](evaluation)
        if GIVEN_UP in evaluation.facts:  # hopeless: nothing else is measured of it
            break
    if evaluation.spec.tasks and GIVEN_UP not in evaluation.facts:
        evaluation.report.check()
        metrics |= running(evaluation)
    for name, value in metrics.items():
        evaluation.report.metric(name, value)
    release(evaluation.report, evaluation.spec.key)
    return metrics


def kept(evaluation: Evaluation) -> list[str]:
    """Return in words what an earlier attempt has done, a phrase for each pass."""
    ledger, total = evaluation.ledger, len(evaluation.rows or ())
    done = sum(len(ledger.rows(name)) for name in ledger.names("scoring"))
    written, judged = len(ledger.names(answering.KEPT)), len(ledger.names(asking.KEPT))
    words = [_("{n} of {total} rows scored").format(n=done, total=total)] if done else []
    words += [_("{n} of {total} answers written").format(n=written, total=total)] if written else []
    words += [_("{n} of {total} answers judged").format(n=judged, total=total)] if judged else []
    if ledger.rows("reading"):
        words.append(_("perplexity"))
    asked = sum(len(ledger.rows(name)) or 1 for name in ledger.names(KEPT))
    if asked:
        words.append(_("{n} questions of tasks").format(n=asked))
    return words + [_(word) for name, word in _WHOLE.items() if ledger.values(name) is not None]
