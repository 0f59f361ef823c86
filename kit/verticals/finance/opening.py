"""Open the finance case: transfers that are made up or given by path, or any rows with a label."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

from kit.data.read import absolute, open_source
from kit.errors import KitError, ParameterError
from kit.i18n import N_, _
from kit.jobs import Run
from kit.measure.record import Record, read_records
from kit.result import Result
from kit.spec import Spec
from kit.verticals.case import Case, case_of
from kit.verticals.finance.alert import DISPOSITIONS, INSTRUCTION
from kit.verticals.finance.queue import write_queue
from kit.verticals.finance.steps import alarms, costs, decided, explaining, found, rival
from kit.verticals.finance.study.ledger import columns_of
from kit.verticals.finance.study.spec import StudySpec
from kit.verticals.given import store_rows
from kit.verticals.kept import carry_out, find, may_start
from kit.verticals.profile import Profile
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet

_STUDY = "finance: transfers"
_EXAMPLE = Path(__file__).parent / "example.jsonl"  # stands in an app for rows that nobody has made yet
LIMITS = N_(
    "Not for decisions about people without review. "
    "The payments are made up, with far more fraud than real ones have; a score orders a queue, an analyst decides."
)
_OTHER_LIMITS = N_("Not for decisions about people without review. Figures hold for rows like those of the file.")
ALERTS = Profile(
    vertical="finance",
    title=N_("Which payment alerts should an analyst see first?"),
    limits=LIMITS,
    adds=N_("The model reads free text, so notes and papers can stand beside the facts, and it can say why."),
    instruction=INSTRUCTION,
    tuning={"epochs": 2.0},
    rows=(1200, 500),
    quick_rows=(40, 24),
)
ROWS = Profile(
    vertical="finance",
    title=N_("Which label does this row get?"),
    limits=_OTHER_LIMITS,
    adds=N_("The model reads free text, needs few labels, and can be asked why."),
    tuning={"epochs": 2.0},
)


class FinanceCase(Case):
    """A finance case: `study` holds what was found in transfers, and is None where the rows are others."""

    study: Run | None = None

    @property
    def waits(self) -> bool:
        """Are transfers asked for that nobody has studied here?"""
        return self.study is None and self.profile is ALERTS

    @property
    def folder(self) -> Path:
        """Where outcome, queue and decisions lie."""
        return self.outcome.path.parent

    @property
    def study_facts(self) -> dict[str, Any]:
        """What the study found, as plain values.

        Raises
        ------
        NotYet
            There is none.
        """
        if self.study is None:
            raise NotYet
        return dict(self._study_result.facts)

    @cached_property
    def _study_result(self) -> Result:
        assert self.study is not None
        return self.study.result

    def alerts(self) -> dict[str, dict[str, Any]]:
        """Return the alerts of the held-out time by id, in the order of time (raises as `study_facts`)."""
        if self.study is None:
            raise NotYet
        path = self.study.folder / self._study_result.artifacts["alerts.json"]
        return {alert["id"]: alert for alert in json.loads(path.read_text(encoding="utf-8"))}

    def by_alert(self, result: Result) -> dict[str, Record]:
        """Return what was said to each test alert, by id."""
        cells = self.cells("test")
        return {str(cells[record.row]["alert"]): record for record in read_records(result)}

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, in order."""
        return self.test.labels if self.study is None else DISPOSITIONS

    def written(self) -> dict[str, dict[str, str]]:
        """Return the explanations that a model wrote, by alert; empty before that."""
        held = self.outcome.facts.get("explanations") or {}
        return dict(held.get("written") or {})

    def transfers(self) -> Report:
        """Tell what the transfers are, how they are divided, and what cheap monitoring makes of them."""
        return found.transfers(self)

    def rules(self) -> Report:
        """Show the rules that were found on earlier days, with what each is worth on later ones."""
        return found.rules(self)

    def rings(self) -> Report:
        """Tell how many planted rings the rules find."""
        return found.rings(self)

    def false_alarms(self, recall: float = 0.8) -> Report:
        """Compare ways of ordering the queue by the harmless alerts that come along with a share of the frauds."""
        return alarms.false_alarms(self, recall=recall)

    def costs(
        self, *, missed: float = 600.0, annoyed: float = 60.0, minute: float = 1.5, minutes: float = 20.0
    ) -> Report:
        """Tell what 1,000 alerts cost at the best threshold; prices in EUR, as `pricing.Prices` has them."""
        return costs.costs(self, missed=missed, annoyed=annoyed, minute=minute, minutes=minutes)

    def explanations(self, alerts: int = 12) -> Report:
        """Let the model say why, and check each sentence against the facts."""
        return explaining.explanations(self, alerts=alerts)

    def decisions(self) -> Report:
        """Tell what people decided in the panel, and where it lies for the next tuning."""
        return decided.decisions(self)

    def verdict_notes(self) -> tuple[str, ...]:
        return rival.verdict_notes(self)

    def behind(self) -> tuple[list[str], list[Path]]:
        ids, files = super().behind()
        return ([] if self.study is None else [self.study.id]) + ids, files

    def baseline(self) -> Report:
        report = super().baseline()
        write_queue(self)
        return report

    def tuned(self) -> Report:
        report = super().tuned()
        write_queue(self)
        return report


def case(
    train: str | os.PathLike[str] = "",
    test: str | os.PathLike[str] = "",
    *,
    task: str = "",
    text: str = "",
    label: str = "",
    group: str = "",
    model: str = "",
    minutes: float = 15,
    quick: bool = False,
    seed: int = 0,
) -> FinanceCase:
    """Return the finance case on transfers or on rows with a label.

    Parameters
    ----------
    train : path, default ""
        A file of transfers (time, sender, payee, amount; device, label and more where there are), or of rows with a
        label; left empty, transfers are made up.
    test : path, default ""
        Rows to test with; left out for transfers, whose last days are held out.
    task, text, label, group : str, default ""
        As for `kit.verticals.case.case_of`; not used for transfers.
    model : str, default ""
        Left empty, one is recommended.
    minutes : float, default 15
        For the whole, on two cores.
    quick : bool, default False
        A small world, a few rows and steps.
    seed : int, default 0
        Of the transfers that are made up.

    Raises
    ------
    ParameterError, UnknownNameError, DataError
        A file or a column is not there, or a value is not allowed.
    """
    source = absolute(os.fsdecode(train)) if os.fspath(train) else ""
    given: dict[str, Any] = {"quick": quick, "model": model, "minutes": minutes, "kind": FinanceCase}
    if source and not is_ledger(source):
        columns: dict[str, Any] = {"task": task, "text": text, "label": label, "group": group}
        rows: FinanceCase = case_of(ROWS, train=source, test=test, **columns, **given)
        return rows
    if os.fspath(test):
        allowed = _("left out: the last days of the transfers are held out")
        raise ParameterError("test", os.fspath(test), allowed=allowed)
    study = _study(StudySpec(source=source, digest=_digest(source), quick=quick and not source, seed=seed))
    name = Path(source).stem.lower() if source else "payments"
    parts = _EXAMPLE if study is None else _stored(study, name, "train")
    tests = "" if study is None else _stored(study, name, "test")
    made: FinanceCase = case_of(
        ALERTS, train=parts, test=tests, name=name, task="classify", text="text", label="label", **given
    )
    made.study = study
    write_queue(made)
    return made


def is_ledger(source: str) -> bool:
    """Are the rows of a file transfers, by the names of its columns?"""
    try:
        return columns_of(open_source(source, None, "auto").columns) is not None
    except KitError:
        return False  # whoever reads it next tells what is wrong


def _study(spec: StudySpec) -> Run | None:
    """Return the run of a study: found, or carried out; None where there is none and none may be started."""
    if may_start():
        return carry_out(_STUDY, spec)
    return find(_STUDY, spec, alike=_wherever)


def _wherever(spec: Spec) -> str:
    """Return what tells a study but for the place of its file, which a published app has elsewhere."""
    return spec.replace(source=Path(spec.source).name).key if isinstance(spec, StudySpec) else ""


def _stored(study: Run, name: str, part: str) -> Path:
    """Return a file with the rows of a part that is named by what it holds: another run, the same file."""
    path = study.folder / study.result.artifacts[f"{part}.jsonl"]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return store_rows(f"{name}-{part}", rows)


def _digest(source: str) -> str:
    return hashlib.sha256(Path(source).read_bytes()).hexdigest()[:16] if source else ""
