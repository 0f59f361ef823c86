"""One variant measured in a process of its own, whatever becomes of it."""

from __future__ import annotations

import dataclasses
import time

from kit.errors import MissingPackageError, ParameterError, UnsupportedError
from kit.isolated import carry_out_isolated, error_dict
from kit.machine.provenance import provenance
from kit.measure.spec import EvaluateSpec
from kit.quantization.load import calibration_of, check_runs_here
from kit.quantization.registry import get_method
from kit.report import Report
from kit.result import Result
from kit.spec import needs_of


def measured_apart(what: EvaluateSpec, report: Report, *, name: str = "") -> Result:
    """Return what `what` measured, or why it could not; its facts say which variant it is, its provenance where.

    Parameters
    ----------
    what : EvaluateSpec
        One variant that runs on this machine.
    report : Report
        What the variant says of its progress goes there.
    name : str, default ""
        How tables call it; left empty, by its method.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    began = time.monotonic()
    try:
        method = get_method(what.variant.method)
        check_runs_here(method)
        calibration_of(what.variant, method)
        if not report.insists:
            what.check_room(needs_of(what))
    except (MissingPackageError, ParameterError, UnsupportedError) as exc:  # known without a process of its own
        result = Result(spec=what.to_dict(), status="unsupported", error=error_dict(exc))
    else:
        result = carry_out_isolated(what, report)
    seconds = round(time.monotonic() - began, 2)
    facts = {"engine": what.variant.engine, "model": what.variant.model, **result.facts, "seconds": seconds}
    facts = {"method": what.variant.method, **facts, **({"method": name} if name else {})}
    return dataclasses.replace(result, facts=facts, provenance={**provenance(), **result.provenance})
