"""Carry out a `SynthesizeSpec`: ask, look at what came, ask again until there are enough rows.

Every reply is kept when it is there, so a run that was stopped goes on where it ended; what is kept of a stopped one is
written to a file, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from kit.data import Dataset, open_data
from kit.data.store import cells_of, stored_spec
from kit.errors import KitError, Stopped
from kit.gate.stored import StoredRows, keep_with_recipe, spec_of
from kit.gate.synthesize.plan import Task, tasks
from kit.gate.synthesize.sieve import Candidate, Sieve, test_rows
from kit.gate.synthesize.spec import COUNTER, SynthesizeSpec
from kit.gate.synthesize.writer import Writer, replies
from kit.i18n import _, ngettext
from kit.machine.provenance import seeds
from kit.measure.checkpoint import Checkpoint, holds_for
from kit.measure.ledger import Ledger
from kit.models.provenance import hashes_left_out
from kit.quantization.load import load
from kit.quantization.variant import variant_provenance
from kit.report import Report
from kit.result import Result, Status
from kit.spec import Spec
from kit.version import version

_PHASE = "writing rows"
_ROUND = (
    64  # requests before checks look at them, and then as many as there were: checks read all of the data each time
)
_FRUITLESS = 200  # requests without a row that stays: then the model cannot do it


def synthesize(spec: Spec, report: Report) -> Result:
    """Let a model write rows, and keep those that pass all checks.

    Raises
    ------
    ServerError
        The server does not answer; what was written is kept for a resumed run.
    KitError
        No row passed.
    Stopped
        Asked to; carries the rows so far.
    """
    assert isinstance(spec, SynthesizeSpec)
    model = variant_provenance(spec.variant, report)
    if hashes_left_out(model):  # by which replies would not be known again
        raise Stopped
    data = open_data(spec.data)
    work = _Work(spec, report, data, model)
    try:
        work.write()
    except Stopped as stop:
        raise Stopped(work.result("stopped") if work.sieve.kept else None) from stop
    if not work.sieve.kept:
        fix = _("Take a larger model, fewer checks, other ways or more new tokens.")
        raise KitError(_("No row passed: {reasons}.").format(reasons=work.reasons() or _("none was written")), fix=fix)
    return work.result()


class _Work:
    def __init__(self, spec: SynthesizeSpec, report: Report, data: Dataset, model: dict[str, Any]) -> None:
        self.spec, self.report, self.data, self.model = spec, report, data, model
        self.sieve = Sieve(spec, data, test_rows(spec.test), report)
        self.ledger = Ledger(Checkpoint(spec.key, report), holds_for(model=model, data=data))
        self.asked = 0
        self._writer: Writer | None = None
        self._engine: Any = None

    def write(self) -> None:
        """Ask until there are enough rows, or nothing is left to ask, or nothing good comes."""
        kept = self.ledger.names("row-")
        if kept:
            words = ngettext(
                "{n} reply of an earlier attempt is used again.",
                "{n} replies of an earlier attempt are used again.",
                len(kept),
            )
            self.report.message(words.format(n=f"{len(kept):,}"))
        fruitless = 0
        plan = tasks(self.spec, self.data)
        try:
            while (wanted := self.spec.rows - len(self.sieve.kept)) > 0 and fruitless < _FRUITLESS:
                batch = list(islice(plan, min(max(_ROUND, len(self.sieve.kept)), self._needed(wanted))))
                if not batch:
                    return
                self._progress()
                before = len(self.sieve.kept)
                self._take(batch)
                fruitless = fruitless + len(batch) if len(self.sieve.kept) == before else 0
            if fruitless >= _FRUITLESS:
                self.report.message(_("The last {n} rows were all refused: the writing ends here.").format(n=fruitless))
        finally:
            if self._engine is not None:
                self._engine.close()
            self._progress()

    def _needed(self, wanted: int) -> int:
        """Return how many requests should give `wanted` rows, by what share of them was good so far."""
        return max(round(wanted / self._share), 1)

    @property
    def _share(self) -> float:
        """The share of rows that passed so far; never less than a tenth, so that a bad beginning does not run away."""
        return max(len(self.sieve.kept) / self.asked, 0.1) if self.asked >= 8 else 1.0

    def _take(self, batch: list[Task]) -> None:
        before, likely = len(self.sieve.kept), len(batch) * self._share

        def tell(share: float) -> None:
            done = min(before + share * likely, self.spec.rows)
            self.report.progress(_PHASE, round(done, 1), self.spec.rows, "rows")

        try:
            found = replies(
                batch, self.spec, engine=self._opened, ledger=self.ledger, report=self.report, on_progress=tell
            )
        except Stopped:
            self._take_what_is_there(batch)
            raise
        self._sift(batch, found)

    def _take_what_is_there(self, batch: list[Task]) -> None:
        """Look at the replies that a stop has left of `batch`: they are good rows as any."""
        kept = [(task, values["text"]) for task in batch if (values := self.ledger.values(task.name))]
        self.sieve.report = Report(self.report.folder)  # whom nobody asks to stop
        self._sift([task for task, _text in kept], [text for _task, text in kept])

    def _sift(self, batch: list[Task], found: list[str]) -> None:
        self.asked += len(batch)
        self.sieve.take(batch, found)
        for candidate in self.sieve.kept[-1:]:
            self.report.record("row", {"way": candidate.task.way, "text": candidate.row.text})
        del self.sieve.kept[self.spec.rows :]

    def _opened(self) -> Writer:
        if self._writer is None:
            self._engine = load(self.spec.variant, self.report, batch_size=1)
            self._writer = Writer(self._engine)
        return self._writer

    def _progress(self) -> None:
        self.report.progress(_PHASE, len(self.sieve.kept), self.spec.rows, "rows")

    def reasons(self) -> str:
        """Return why rows were refused, the commonest reason first."""
        counts: Counter[str] = Counter()
        for (_way, reason), n in self.sieve.refused.items():
            counts[reason] += n
        return ", ".join(f"{reason} {n:,}" for reason, n in counts.most_common())

    def result(self, status: Status = "finished") -> Result:
        """Write the rows and say what there is to say of them."""
        spec, kept = self.spec, self.sieve.kept
        refused = [{"way": way, "reason": reason, "rows": n} for (way, reason), n in sorted(self.sieve.refused.items())]
        warnings = list(self._warnings())
        recipe = {
            "recipe": "synthesize",
            "version": version(),
            "spec": spec.to_dict(),
            "model": self.model,
            "asked": self.asked,
            "refused": refused,
            "warnings": warnings,
            "rows_before": len(self.data),
            "rows_after": len(kept),
            "hash_before": self.data.hash,
        }
        facts: dict[str, Any] = {}
        for name, cells in (("data", self._cells(alone=True)), ("together", self._cells(alone=False))):
            with StoredRows() as stored:
                for each in cells:
                    stored.add(each)
                path = keep_with_recipe(stored, {**recipe, "hash_after": stored.hash}, key=f"{spec.key}-{name}")
            same = {"labels": self.data.labels} if self.data.task == "classify" else {}
            found = spec_of(path, stored_spec(spec.data)).replace(instruction=self.data.instruction, **same)
            facts[name] = found.to_dict()
        for warning in warnings:
            self.report.message(warning)
        ways = Counter(candidate.task.way for candidate in kept)
        metrics = {"rows": len(kept), "asked": self.asked, "refused": sum(self.sieve.refused.values())}
        return Result(
            spec=spec.to_dict(),
            status=status,
            metrics={name: float(n) for name, n in metrics.items()},
            facts={
                "summary": self._summary(),
                "ways": dict(ways),
                "refused": refused,
                "examples": [self._example(candidate) for candidate in kept[:5]],
                "warnings": warnings,
                **facts,
            },
            provenance={"model": self.model, "data": {"before": self.data.hash}, "seeds": seeds(spec.to_dict())},
        )

    def _cells(self, *, alone: bool) -> Iterator[dict[str, Any]]:
        """Yield the rows as they are stored: those of the data first, unless the synthetic ones stand alone."""
        told = stored_spec(self.spec.data)
        if not alone:
            for row in self.data.items:
                yield cells_of(row, told)
        for candidate in self.sieve.kept:
            cells = cells_of(candidate.row, told)
            for name, value in self._marks(candidate).items():
                cells[name if name not in cells else f"synthetic_{name}"] = value
            yield cells

    def _marks(self, candidate: Candidate) -> dict[str, Any]:
        task = candidate.task
        marks = {"parent_row": task.place, "way": task.way, "prompt": task.words, "model": self.spec.variant.name}
        if not self.spec.variant.remote:
            marks["model"] = f"{self.spec.variant.model} ({self.spec.variant.method})"
        if task.way == COUNTER:
            marks |= {"label_from": task.row.answer, "label_to": task.label}
        return marks

    def _example(self, candidate: Candidate) -> dict[str, Any]:
        task = candidate.task
        told = {"way": task.way, "parent": task.row.text, "text": candidate.row.text, "answer": candidate.row.answer}
        return {**told, "from": task.row.answer} if task.way == COUNTER else told

    def _warnings(self) -> Iterator[str]:
        """Yield what nobody should have to find out alone."""
        kept = self.sieve.kept
        yield from self.sieve.lacking
        if len(kept) < self.spec.rows:
            words = _("{n} of {wanted} rows: {reasons}.")
            yield words.format(
                n=f"{len(kept):,}", wanted=f"{self.spec.rows:,}", reasons=self.reasons() or _("no more was asked for")
            )
        if any(candidate.task.way == COUNTER for candidate in kept):
            yield _("The labels of counter-examples are what the model was asked for: look at some before you train.")

    def _summary(self) -> str:
        n, refused = len(self.sieve.kept), sum(self.sieve.refused.values())
        words = ngettext("{n} synthetic row, {refused} refused", "{n} synthetic rows, {refused} refused", n)
        return words.format(n=f"{n:,}", refused=f"{refused:,}")
