"""The medical case: questions of a specialty, answered by a model that has seen few labelled examples."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.data import DataSpec
from kit.data.reading import Reading
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.place import home, write_atomic
from kit.verticals.case import Case, case_of
from kit.verticals.given import store_rows
from kit.verticals.medical.bundle import GENERATION, INSTRUCTION
from kit.verticals.medical.groups import group_column
from kit.verticals.profile import Profile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.verticals.steps.report import Report

LIMITS = N_("Not a medical device: for research and teaching, not for diagnosis, triage or treatment.")
_ADDS = N_(
    "The language model reads free text in any wording and needs no table of columns; where both are equally right, "
    "that is all it adds."
)
# The first is the reference; the second is how the model service holds a small model: asked, it need not be made anew.
_METHODS = ("bf16", "openvino-bf16", "gguf-q8_0", "gguf-q4_k_m")
_LOOKED_AT = 2000  # rows by which a column of groups is found

BREAST = Profile(
    vertical="medical",
    title=N_("Benign or malignant, from few examples?"),
    limits=LIMITS,
    adds=_ADDS,
    instruction=INSTRUCTION,
    tuning={"epochs": 4.0, "learning_rate": 1e-3, "batch_size": 8},
    methods=_METHODS,
    rows=(369, 200),
    quick_rows=(40, 24),
    validation_share=0.3,
)
BY_PATH = Profile(
    vertical="medical",
    title=N_("How far do a few examples carry on these questions?"),
    limits=LIMITS,
    adds=_ADDS,
    tuning={"epochs": 3.0, "learning_rate": 1e-3, "batch_size": 8},
    methods=_METHODS,
    rows=(1600, 520),
    quick_rows=(40, 24),
    validation_share=0.2,
)


class MedicalCase(Case):
    """A medical case: accuracy by number of examples, calibration, and when to ask a clinician instead."""

    coverage: float | None = 0.8
    accuracy: float | None = None
    bundled: bool = False

    def verdict_notes(self) -> tuple[str, ...]:
        from kit.verticals.medical.steps.learning import verdict_notes

        return verdict_notes(self)

    def sides(self) -> Report:
        """Say by what rows were grouped, and show that no group stands on two sides."""
        from kit.verticals.medical.steps.sides import sides

        return sides(self)

    def learning_curve(self) -> Report | Figure:
        """Measure tuning and baselines on more and more examples, and draw both."""
        from kit.verticals.medical.steps.learning import learning_curve

        return learning_curve(self)

    def learning(self) -> Report:
        """Say what the learning curve shows, with the numbers of each point."""
        from kit.verticals.medical.steps.learning import learning

        return learning(self)

    def believed(self) -> Report | Figure:
        """Draw how often answers are right, by how sure the model is of them."""
        from kit.verticals.medical.steps.believing import believed

        return believed(self)

    def abstention(self) -> Report:
        """Choose from which probability on there is an answer, on rows held back, and measure it on the test rows."""
        from kit.verticals.medical.steps.abstaining import abstention

        return abstention(self)

    def coverage_curve(self) -> Report | Figure:
        """Draw accuracy over the share of cases that get an answer."""
        from kit.verticals.medical.steps.abstaining import coverage_curve

        return coverage_curve(self)


def case(
    train: str | os.PathLike[str] = "",
    test: str | os.PathLike[str] = "",
    *,
    task: str = "",
    text: str = "",
    label: str = "",
    choices: str = "",
    context: str = "",
    group: str = "",
    model: str = "",
    minutes: float = 15,
    quick: bool = False,
    coverage: float | None = 0.8,
    accuracy: float | None = None,
    seed: int = 0,
) -> MedicalCase:
    """Return the medical case on the bundled measurements or on a file.

    Parameters
    ----------
    train, test : path, default ""
        Rows with a label (``text``, ``label``), questions to choose an answer to (``question``, ``choices``,
        ``answer``), or questions with a written answer (``question``, ``answer``); left empty, the bundled ones.
    task, text, label, choices, context : str, default ""
        As for `kit.verticals.case.case_of`.
    group : str, default ""
        Column whose values stand on one side only, such as a patient; left empty, one whose name says so is taken.
    model : str, default ""
        Left empty, one is recommended.
    minutes : float, default 15
        For the whole, on two cores.
    quick : bool, default False
        A few rows and steps.
    coverage : float or None, default 0.8
        The share of cases that shall get an answer; the others are told to ask a clinician.
    accuracy : float, optional
        In place of `coverage`: the share of answers that shall be right.
    seed : int, default 0
        Of the division of the bundled rows.

    Raises
    ------
    ParameterError, UnknownNameError, DataError
        A file or a column is not there, or a value is not allowed.
    """
    for name, value in (("coverage", coverage), ("accuracy", accuracy)):
        if value is not None and not 0 < value <= 1:
            raise ParameterError(name, value, allowed=_("a number above 0, at most 1"))
    if coverage is None and accuracy is None:
        raise ParameterError("coverage", coverage, allowed=_("a number above 0, at most 1, where accuracy is left out"))
    given: dict[str, Any] = {"quick": quick, "model": model, "minutes": minutes, "kind": MedicalCase}
    if not os.fspath(train):
        stored: dict[str, Any] = _stored(seed)
        roles: dict[str, Any] = {"task": "classify", "text": "text", "label": "label"}
        found: MedicalCase = case_of(BREAST, **stored, name="breast", **roles, **given)
        found.bundled = True
    else:
        columns: dict[str, Any] = {"task": task, "text": text, "label": label, "choices": choices, "context": context}
        by = group or _group_of(train, test)
        found = case_of(BY_PATH, train=train, test=test, group=by, columns=(by,) if by else (), **columns, **given)
    found.coverage, found.accuracy = (coverage if accuracy is None else None), accuracy
    return found


def _stored(seed: int) -> dict[str, Path]:
    """Return the files of the bundled rows; they are written once, since every visitor of an app asks for them."""
    note = home() / "verticals" / "data" / f"breast-seed{seed}-{GENERATION}.json"
    try:
        known = {part: Path(path) for part, path in json.loads(note.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        known = {}
    if known and all(path.is_file() for path in known.values()):
        return known
    from kit.verticals.medical.bundle import make_rows  # only where they are made: scikit-learn is heavy

    made = {
        part: store_rows(f"breast-{part}", rows) for part, rows in zip(("train", "test"), make_rows(seed), strict=True)
    }
    write_atomic(note, json.dumps({part: str(path) for part, path in made.items()}))
    return made


def _group_of(train: str | os.PathLike[str], test: str | os.PathLike[str]) -> str:
    """Return the column of groups that every file has, "" where there is none."""
    column = group_column(_first_cells(train))
    known = not os.fspath(test) or all(column in cells for cells in _first_cells(test))
    return column if known else ""


def _first_cells(path: str | os.PathLike[str]) -> list[Mapping[str, Any]]:
    from kit.data.read import absolute

    entries = islice(Reading(DataSpec(source=absolute(os.fsdecode(path)))).entries(), _LOOKED_AT)
    return [entry.cells for entry in entries]
