"""Everything that can be found in a notebook without running it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kit.apps.publish.files import files_beside
from kit.apps.publish.finding import Check, Finding
from kit.apps.publish.imports import needed
from kit.apps.publish.paths import path_findings
from kit.apps.publish.secrets import secret_findings
from kit.apps.publish.source import Source, read_notebook
from kit.i18n import _


@dataclass
class Looked:
    """A notebook after all looks: what was found, and what goes with it."""

    source: Source
    checks: list[Check] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What keeps it from being published."""
        return [finding for check in self.checks for finding in check.errors]


def look_at(path: Path, tell: Callable[[Check], None] = lambda check: None) -> Looked:
    """Look at the notebook at `path` in every way that runs nothing.

    Parameters
    ----------
    path : Path
        The notebook.
    tell : callable, optional
        Gets each look when it is done.

    Raises
    ------
    KitError
        It is no notebook.
    """
    source = read_notebook(path)
    looked = Looked(source)

    def done(name: str, findings: list[Finding]) -> None:
        looked.checks.append(Check(name, tuple(findings)))
        tell(looked.checks[-1])

    done("notebook", _as_a_whole(source))
    beside = files_beside(source)
    looked.files = beside.files
    secret = [finding for finding in beside.findings if finding.check == "secrets"]
    done("secrets", secret_findings(source) + secret)
    done("paths", path_findings(source))
    done("files", [finding for finding in beside.findings if finding.check == "files"])
    looked.packages, missing = needed(source)
    done("imports", missing)
    return looked


def _as_a_whole(source: Source) -> list[Finding]:
    findings = []
    if not source.code:
        findings.append(
            Finding(
                check="notebook",
                message=_("It has no code, so there is nothing to run."),
                fix=_("Add a cell, such as a panel from the toolbar's menu."),
            )
        )
    language = str(source.values.get("metadata", {}).get("kernelspec", {}).get("language") or "python")
    if language.lower() != "python":
        findings.append(
            Finding(
                check="notebook",
                message=_("Its kernel speaks {language}, not Python.").format(language=language),
                fix=_("Choose a Python kernel for it."),
            )
        )
    findings += [
        Finding(
            check="notebook",
            level="warning",
            message=_("This cell is not Python as it stands; it cannot be looked through in full."),
            fix=_("Look through it yourself, or correct it."),
            cell=cell.place,
        )
        for cell in source.code
        if cell.tree is None
    ]
    return findings
