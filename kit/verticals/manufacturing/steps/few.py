"""Few labels: the model and the baseline once more, when only a few rows tell what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.calls import compare
from kit.i18n import N_, _
from kit.measure.verdict import Verdict
from kit.verticals.intervals import interval_of, words
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.verticals.steps.wording import metric_name

if TYPE_CHECKING:
    from kit.verticals.manufacturing.case import MachineCase

_TITLE = N_("With few labels")
_STEPS = 32  # of eight rows: each row is seen about four times


@step(_TITLE)
def few(case: MachineCase, rows: int) -> Report:
    """Return what both reach when they learn from `rows` rows, the same ones."""
    if case.quick:
        return Report(title=_(_TITLE), sentence=_("Left out of a quick look."))
    data = case.part_spec("fit").replace(limit=max(rows, len(case.fit.labels)), seed=0)
    simple = case.carry_out("few labels, baseline", case.baseline_spec(data=data)).result
    run = case.carry_out("few labels, tune", case.tune_spec(data=data, steps=_STEPS, epochs=1.0, evaluations=1))
    tuned = case.carry_out("few labels", case.evaluate_spec(model=run)).result
    verdict = compare(tuned, simple, metric=case.metric)
    assert isinstance(verdict, Verdict)
    reached = {name: interval_of(each, case.metric) for name, each in (("model", tuned), ("baseline", simple))}
    case.keep(few={"rows": data.limit, **{name: list(each) for name, each in reached.items()}})
    name = str(simple.facts["model"])
    return Report(
        title=_(_TITLE),
        sentence=_("From {n} labelled rows: the tuned model against {name}, {words}.").format(
            n=data.limit, name=name, words=verdict.sentence
        ),
        table=(
            (_("Learnt from {n} rows").format(n=data.limit), metric_name(case.metric)),
            (name, words(reached["baseline"])),
            (_("{model}, tuned with LoRA").format(model=case.model), words(reached["model"])),
        ),
        notes=(_("One draw of rows and one seed: another draw moves both by some points."),),
        result=tuned,
        run=run,
    )
