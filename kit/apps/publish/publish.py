"""Carry out a `PublishSpec`: look at a notebook, put a bundle together, run it there from a clean kernel, keep it.

The bundle is put together in a hidden folder beside its place and moved there when it has run, so that there is a whole
one or none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from kit.apps.publish.bundle import all_files, write_bundle
from kit.apps.publish.check import Looked, look_at
from kit.apps.publish.clean import run_clean
from kit.apps.publish.finding import Check, Finding
from kit.apps.publish.runs import copy_files, copy_runs, named_runs, with_bases
from kit.apps.publish.spec import PublishSpec
from kit.errors import KitError
from kit.i18n import _
from kit.report import Report
from kit.result import Result
from kit.spec import Spec


def publish(spec: Spec, report: Report) -> Result:
    """Check the notebook of `spec` and write its bundle.

    Raises
    ------
    KitError
        Something keeps it from being published: the first finding is told, all are among the run's records.
    """
    assert isinstance(spec, PublishSpec)
    report.progress("checking")
    looked = look_at(Path(spec.notebook).resolve(), lambda check: report.record("check", check.to_dict()))
    _refuse(looked.errors)
    report.check()
    report.progress("assembling")
    folder = Path(spec.folder).resolve()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".tunebook-", ignore_cleanup_errors=True) as place:
        staged = Path(place) / (spec.name or f"{looked.source.path.stem}-app")
        staged.mkdir()
        write_bundle(looked.source, staged, names=looked.packages, files=looked.files)
        notes = _run(looked, staged, report, spec.timeout_s)
        report.progress("writing")
        bundle = _keep(staged, folder)
    report.message(_("The bundle is in {folder}.").format(folder=bundle))
    warnings = [finding for check in looked.checks for finding in check.findings] + notes
    facts = {
        "ok": True,
        "bundle": str(bundle),
        "files": all_files(bundle),
        "command": f"tunebook app {looked.source.path.name}",
        "findings": [vars(finding) for finding in warnings],
    }
    return Result(spec=spec.to_dict(), facts=facts)


def _run(looked: Looked, staged: Path, report: Report, timeout_s: float) -> list[Finding]:
    """Run the notebook in a copy of the bundle, so that what it writes stays out of it, and add what it shows."""
    with tempfile.TemporaryDirectory(prefix="tunebook-publish-", ignore_cleanup_errors=True) as place:
        copy = Path(place) / staged.name
        shutil.copytree(staged, copy)
        findings, shown = run_clean(copy / looked.source.path.name, report, timeout_s=timeout_s)
    check = Check("runs", tuple(findings))
    looked.checks.append(check)
    report.record("check", check.to_dict())
    _refuse(check.errors)
    copy_files(shown.files, staged)
    return copy_runs(with_bases([*named_runs(looked.source), *shown.runs]), staged)


def _refuse(errors: list[Finding]) -> None:
    if errors:
        more = len(errors) - 1
        rest = " " + _("({n} more.)").format(n=more) if more else ""
        raise KitError(f"{errors[0]}{rest}", fix=errors[0].fix)


def _keep(staged: Path, folder: Path) -> Path:
    """Move the bundle to its place, or to the first numbered one that is free, and return where it is."""
    number = 1
    while True:
        bundle = folder / (staged.name if number == 1 else f"{staged.name}-{number}")
        try:
            bundle.mkdir()  # claims the name: an empty folder is replaced by the move
        except FileExistsError:
            number += 1
            continue
        os.replace(staged, bundle)
        return bundle
