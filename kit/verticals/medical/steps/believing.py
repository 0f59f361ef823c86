"""Can the probabilities be believed? The reliability diagram of the tuned model on the test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _
from kit.measure.believed import calibration
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.result import Result
    from kit.verticals.medical.case import MedicalCase

BINS = 5  # of about as many rows each


@step(N_("Calibration"))
def believed(case: MedicalCase) -> Report | Figure:
    """Return how often answers are right, by how sure the model is of them."""
    from kit.plots import reliability

    if case.task == "answer":
        return Report(title=_("Calibration"), sentence=written())
    found = calibration(tuned_result(case), bins=BINS, equal="rows")
    case.keep(calibration={**found.metrics(), "ece_by_chance": found.ece_by_chance, "rows": found.rows})
    return reliability(found, width=640)


def tuned_result(case: MedicalCase) -> Result:
    """Return what the tuned model reached on the test rows, measured where it was not.

    Raises
    ------
    NotYet
        It is not there, and nothing may be started.
    """
    if case.tuned_result is None:
        case.tuned()
    if case.tuned_result is None:
        raise NotYet
    return case.tuned_result


def written() -> str:
    """Return why written answers have neither calibration nor a threshold."""
    return _(
        "These questions have written answers. How likely a written answer is to be right was not measured, so there "
        "is no probability to calibrate and no threshold below which to ask a clinician: read every answer as a draft "
        "to be checked."
    )
