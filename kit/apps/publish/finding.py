"""What a look at a notebook finds, and which look it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from kit.i18n import N_, _

TITLES = {
    "notebook": N_("It can be read"),
    "secrets": N_("No secrets"),
    "paths": N_("No paths of this machine"),
    "files": N_("Its files are beside it"),
    "imports": N_("Its packages are known"),
    "runs": N_("It runs from a clean kernel"),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something in a notebook that a person should know before it is published.

    Parameters
    ----------
    check : str
        Which look found it.
    level : {"error", "warning"}
        An error keeps the notebook from being published.
    message, fix : str
        What is there, and what to do.
    cell : int, optional
        Counted from 1, text cells included; None for the whole notebook.
    line : int, optional
        In that cell, counted from 1.
    """

    check: str
    level: Literal["error", "warning"] = "error"
    message: str
    fix: str
    cell: int | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = _("cell {n}").format(n=self.cell) if self.cell else ""
        if self.cell and self.line:
            where += _(", line {n}").format(n=self.line)
        return f"{where}: {self.message}" if where else self.message


@dataclass(frozen=True)
class Check:
    """One look at a notebook and what it found."""

    name: str
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Is there no error among the findings?"""
        return not self.errors

    @property
    def errors(self) -> list[Finding]:
        """The findings that keep the notebook from being published."""
        return [finding for finding in self.findings if finding.level == "error"]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        found = [asdict(finding) for finding in self.findings]
        return {"name": self.name, "title": _(TITLES[self.name]), "ok": self.ok, "findings": found}


def report_of(checks: Sequence[Check]) -> dict[str, Any]:
    """Return several looks as plain values: is all well, every finding, and each look by name."""
    return {
        "ok": all(check.ok for check in checks),
        "findings": [asdict(finding) for check in checks for finding in check.findings],
        "checks": [{"name": each.name, "title": _(TITLES[each.name]), "ok": each.ok} for each in checks],
    }
