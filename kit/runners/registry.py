"""Which runner stands behind an address, by its scheme; what it needs is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from kit.report import Report
from kit.runners.address import check_address
from kit.runners.protocol import LocalRunner, Runner
from kit.spec import resolve

_RUNNERS = {"tcp": "kit.runners.scheduler:DaskRunner", "tls": "kit.runners.scheduler:DaskRunner"}


def runner_of(report: Report) -> Runner:
    """Return who carries out the pieces of the work that says its progress to `report`; to be used in a ``with``.

    Raises
    ------
    ParameterError
        The address that the run was started on is none.
    MissingPackageError
        It takes a package that is not installed.
    ServerError
        Nobody answers at the address.
    """
    if not report.on:
        return LocalRunner()
    made: Callable[[str, Report], Runner] = resolve(_RUNNERS[check_address(report.on)])
    return made(report.on, report)
