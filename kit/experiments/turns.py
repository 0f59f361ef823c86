"""The variants of a sweep in turn: the reference first, then the cheapest, until all are done or time is up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from kit.errors import Stopped
from kit.experiments.ahead import Ahead
from kit.experiments.apart import measured_apart
from kit.experiments.clock import Clock, Deadline, left_out
from kit.experiments.each import variant_spec
from kit.experiments.expected import expected_s
from kit.experiments.judged import judged_together, stands, with_verdict
from kit.experiments.lineup import Entrant
from kit.experiments.ready import Ready
from kit.experiments.spec import SweepSpec
from kit.measure.passes.evaluation import GIVEN_UP
from kit.measure.racing import RaceSpec
from kit.measure.spec import EvaluateSpec
from kit.report import Report
from kit.result import Result, Status
from kit.runners import Runner


class Turns:
    """Measures what is left of a sweep.

    Parameters
    ----------
    spec : SweepSpec
        What is measured.
    entrants : sequence of Entrant
        Its variants, as listed.
    known : mapping of str to Ready
        Its models.
    report : Report
        Of the sweep.
    """

    def __init__(
        self, spec: SweepSpec, entrants: Sequence[Entrant], known: Mapping[str, Ready], report: Report
    ) -> None:
        self._spec, self._entrants, self._known, self._report = spec, list(entrants), known, report
        self._ahead: Ahead | None = None
        self._found: dict[Entrant, Result] = {}
        self._expected = {each: expected_s(spec, each.variant, known[each.variant.model].data) for each in entrants}
        earlier = [part for each in entrants if (part := self._kept(each)) is not None]
        self._clock = Clock(spec.minutes, earlier)

    @property
    def parts(self) -> list[Result]:
        """What there is, in the order of the list."""
        return [self._found[each] for each in self._entrants if each in self._found]

    @property
    def facts(self) -> dict[str, Any]:
        """Return who was given up and who was left out, with the reason, and what was predicted of each."""
        told = {part.facts["method"]: part.facts for part in self.parts}
        return {
            "given_up": {name: facts[GIVEN_UP]["reason"] for name, facts in told.items() if GIVEN_UP in facts},
            "left_out": {name: facts["left_out"] for name, facts in told.items() if "left_out" in facts},
        }

    def measure(self, runner: Runner) -> Status:
        """Make a part for each variant; asked to stop, for those only that are done."""
        if self._report.on:
            self._ahead = Ahead(runner, self._report, self._keep)
            left = {each.name: each for each in self._entrants if self._kept(each) is None}
            self._ahead.begin(list(left), lambda name: self._what(left[name]))
        try:
            return self._measure()
        finally:
            if self._ahead is not None:
                self._ahead.leave()

    def _measure(self) -> Status:
        try:
            for entrant in self._in_turn():
                self._take(entrant)
        except Stopped:
            if self._ahead is not None:
                self._ahead.leave()
            for entrant in self._entrants:
                part = None if entrant in self._found else self._done_before(entrant)
                if part is not None:
                    self._found[entrant] = self._judged(entrant, part)
            return "stopped"
        self._judge_together()
        return "finished"

    def _in_turn(self) -> Iterator[Entrant]:
        """Yield each variant once: as listed until there is a reference, then the cheapest first.

        Where texts are compared place by place, each model has a reference of its own.
        """
        models = (self._spec.model, *self._spec.models) if "reference" in self._spec.measures else (None,)
        for model in models:
            for entrant in [each for each in self._entrants if model in (None, each.variant.model)]:
                yield entrant
                if self._found[entrant].status == "finished":
                    break
        left = [each for each in self._entrants if each not in self._found]
        yield from sorted(left, key=self._expected.__getitem__)

    def _done_before(self, entrant: Entrant) -> Result | None:
        found = self._kept(entrant)
        return found if found is not None or self._ahead is None else self._ahead.done(entrant.name)

    def _take(self, entrant: Entrant) -> None:
        """Add the part of one variant, and say it unless an earlier attempt has said the same."""
        said = self._kept(entrant)
        if said is not None and not _compared_with(said, self._what(entrant)):
            said = None
        if said is None:
            self._report.check()
            self._report.progress(f"{entrant.name}: starting", self._done(), len(self._entrants), "methods")
        part = self._judged(entrant, self._measured(entrant) if said is None else said)
        self._found[entrant] = part
        if part != said:
            self._say(entrant, part)

    def _measured(self, entrant: Entrant) -> Result:
        if not self._clock.has_time(self._expected[entrant]):
            return left_out(entrant.name, entrant.variant, self._spec.minutes)
        began = self._clock.now()
        if self._ahead is not None:
            try:
                return self._ahead.get(entrant.name, self._clock.left)
            except NotYet:
                return left_out(entrant.name, entrant.variant, self._spec.minutes)
        report = Deadline(self._report, entrant.name, self._clock)
        try:
            part = measured_apart(self._what(entrant), report, name=entrant.name)
        except Stopped:
            if not report.over:
                raise
            return left_out(entrant.name, entrant.variant, self._spec.minutes)
        if part.status == "finished" and GIVEN_UP not in part.facts:
            self._clock.learn(self._expected[entrant], self._clock.now() - began)
        return part

    def _what(self, entrant: Entrant) -> EvaluateSpec:
        """Return what is measured of a variant, as things are now."""
        variant = entrant.variant
        own = [each for each in self._measured_so_far() if each.variant.model == variant.model and each != entrant]
        reference = own[0].variant if own else None
        return variant_spec(
            self._spec, variant.method, model=variant.model, reference=reference, race=self._race(entrant)
        )

    def _race(self, entrant: Entrant) -> RaceSpec | None:
        """Return against whom a variant races: nobody where workers share no folder, or nothing is right or wrong."""
        first = next(iter(self._measured_so_far()), None)
        if first is None or first == entrant or not self._spec.give_up or self._report.on:
            return None
        part = self._found[first]
        if "acc" not in part.metrics or "rows" not in part.artifacts:
            return None
        return RaceSpec(
            rows=part.artifacts["rows"],
            reference=first.name,
            margin=self._spec.hopeless,
            error=self._spec.give_up,
        )

    def _measured_so_far(self) -> list[Entrant]:
        return [each for each in self._entrants if each in self._found and self._found[each].status == "finished"]

    def _judged(self, entrant: Entrant, part: Result) -> Result:
        earlier = [self._found[each] for each in self._entrants if each in self._found and each != entrant]
        if stands(part, earlier):  # else an earlier method that failed is the reference now
            return part
        return with_verdict(part, earlier, comparisons=len(self._entrants) - 1, folder=self._report.folder)

    def _judge_together(self) -> None:
        """Judge all parts by what all say, and say those again whose verdict is another now."""
        for entrant, part in zip(
            list(self._entrants), judged_together(self.parts, folder=self._report.folder), strict=True
        ):
            if part != self._found[entrant]:
                self._found[entrant] = part
                self._say(entrant, part)

    def _say(self, entrant: Entrant, part: Result) -> None:
        # Said before it is kept: killed in between, it is said twice and not never.
        self._report.record("variant", part.to_dict())
        self._known[entrant.variant.model].finished.keep(entrant.kept_as, part)

    def _keep(self, name: str, part: Result) -> None:
        entrant = next(each for each in self._entrants if each.name == name)
        self._known[entrant.variant.model].finished.keep(entrant.kept_as, part)

    def _kept(self, entrant: Entrant) -> Result | None:
        return self._known[entrant.variant.model].finished.get(entrant.kept_as)

    def _done(self) -> int:
        return sum(each in self._found or self._kept(each) is not None for each in self._entrants)


def _compared_with(part: Result, what: EvaluateSpec) -> bool:
    """Is a part that was compared place by place compared with this one? An earlier method may have failed before."""
    told = part.facts.get("reference")
    if told is None or what.reference is None:
        return told is None
    return (told["method"], told["model"]) == (what.reference.method, what.reference.model)
