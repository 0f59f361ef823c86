"""Carry out a `SweepSpec`: the same model held in several ways, each measured in a process of its own.

A variant that cannot run is a row with its reason; one that fails or is killed takes no other with it. A variant that
is finished is kept: a resumed sweep measures the others only, and goes on inside the one that was interrupted. On a
scheduler its workers measure several at once; this machine needs the model and the data too, to know them again.
"""

from __future__ import annotations

from kit.engines import Variant
from kit.engines.prepare import ready_folder
from kit.errors import ParameterError, Stopped
from kit.experiments.ahead import Ahead
from kit.experiments.apart import measured_apart
from kit.experiments.finished import Finished
from kit.experiments.judged import judged_together, stands, with_verdict
from kit.experiments.spec import SweepSpec
from kit.experiments.summary import sweep_summary
from kit.i18n import _
from kit.machine.provenance import seeds
from kit.measure.passes.reference import claim, release
from kit.measure.rows import rows_for
from kit.measure.spec import EvaluateSpec
from kit.models import model_provenance
from kit.models.provenance import hashes_left_out
from kit.report import PrefixedReport, Report
from kit.result import Result, Status
from kit.runners import Runner, runner_of
from kit.spec import Spec


def sweep(spec: Spec, report: Report) -> Result:
    """Measure every method of `spec`; the result has one part for each, in the order of the methods.

    Asked to stop, it gives up the variant it is at; those that are done are kept.
    """
    assert isinstance(spec, SweepSpec)
    _check_spreads(spec, report)
    report.progress("loading", 0, len(spec.methods), "methods")
    ready_folder(spec.model, report)  # converted and merged once, here, for all of them
    data = rows_for(spec.data, spec.model, report)
    model = model_provenance(spec.model, report)
    if hashes_left_out(model):  # by which finished variants would not be known again
        raise Stopped
    found = _Sweep(spec, report, Finished(spec.key, spec.methods, report, model=model, data=data))
    if "reference" in spec.measures:
        claim(report, spec.key)
    with runner_of(report) as runner:
        status = found.measure(runner)
    if status == "finished":
        release(report, spec.key)
    return Result(
        spec=spec.to_dict(),
        status=status,
        parts=tuple(found.parts),
        facts={
            "reference": next((p.facts["method"] for p in found.parts if p.status == "finished"), None),
            "summary": sweep_summary(found.parts),
        },
        provenance={"data_hash": data.hash, "model": model, "seeds": seeds(spec.to_dict())},
    )


def variant_spec(spec: SweepSpec, method: str, reference: str | None = None) -> EvaluateSpec:
    """Return what is done for one method of a sweep, which is its own reference where none was measured before it."""
    compared = "reference" in spec.measures
    return EvaluateSpec(
        variant=Variant(model=spec.model, method=method),
        data=spec.data,
        reference=Variant(model=spec.model, method=reference or method) if compared else None,
        **spec.measuring(),
    )


def _check_spreads(spec: SweepSpec, report: Report) -> None:
    if report.on and "reference" in spec.measures:
        raise ParameterError(
            "measures",
            spec.measures,
            allowed=_(
                "without 'reference' on a scheduler: its workers share no folder with what the reference expected"
            ),
            fix=_("Leave 'reference' out, or start the sweep on one machine."),
        )


class _Sweep:
    def __init__(self, spec: SweepSpec, report: Report, finished: Finished) -> None:
        self._spec, self._report, self._finished = spec, report, finished
        self._ahead: Ahead | None = None
        self.parts: list[Result] = []  # in the order of the methods

    def measure(self, runner: Runner) -> Status:
        """Make a part for each method; asked to stop, for those only that are done."""
        if self._report.on:
            self._ahead = Ahead(runner, self._report, self._finished)
            left = [method for method in self._spec.methods if self._finished.get(method) is None]
            self._ahead.begin(left, lambda method: variant_spec(self._spec, method))
        try:
            return self._measure()
        finally:
            if self._ahead is not None:
                self._ahead.leave()

    def _measure(self) -> Status:
        try:
            for method in self._spec.methods:
                self._take(method)
        except Stopped:
            if self._ahead is not None:
                self._ahead.leave()
            left = self._spec.methods[len(self.parts) :]
            for part in filter(None, map(self._done_before, left)):
                self.parts.append(self._judged(part))
            return "stopped"
        self._judge_together()
        return "finished"

    def _done_before(self, method: str) -> Result | None:
        found = self._finished.get(method)
        return found if found is not None or self._ahead is None else self._ahead.done(method)

    def _take(self, method: str) -> None:
        """Add the part of one method, and say it unless an earlier attempt has said the same."""
        reference = next((part.facts["method"] for part in self.parts if part.status == "finished"), None)
        said = self._finished.get(method)
        if said is not None and not _compared_with(said, reference or method):
            said = None
        if said is None:
            self._report.check()
            self._report.progress(f"{method}: starting", self._done(), len(self._spec.methods), "methods")
        part = self._judged(self._measured(method, reference) if said is None else said)
        self.parts.append(part)
        if part != said:
            self._say(method, part)

    def _measured(self, method: str, reference: str | None) -> Result:
        if self._ahead is not None:
            return self._ahead.get(method)
        return measured_apart(variant_spec(self._spec, method, reference), PrefixedReport(self._report, method))

    def _judged(self, part: Result) -> Result:
        if stands(part, self.parts):  # else an earlier method that failed is the reference now
            return part
        planned = len(self._spec.methods) - 1
        return with_verdict(part, self.parts, comparisons=planned, folder=self._report.folder)

    def _judge_together(self) -> None:
        """Judge all parts by what all say, and say those again whose verdict is another now."""
        before, self.parts = self.parts, judged_together(self.parts, folder=self._report.folder)
        for method, old, part in zip(self._spec.methods, before, self.parts, strict=True):
            if part != old:
                self._say(method, part)

    def _say(self, method: str, part: Result) -> None:
        # Said before it is kept: killed in between, it is said twice and not never.
        self._report.record("variant", part.to_dict())
        self._finished.keep(method, part)

    def _done(self) -> int:
        left = self._spec.methods[len(self.parts) :]
        return len(self.parts) + sum(self._finished.get(method) is not None for method in left)


def _compared_with(part: Result, reference: str) -> bool:
    """Is a part that was compared place by place compared with this one? An earlier method may have failed before."""
    told = part.facts.get("reference")
    return told is None or told["method"] == reference
