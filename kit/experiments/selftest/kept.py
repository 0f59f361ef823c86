"""The last self-test of each method, kept with the versions of all packages that it stands for. Light."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kit.engines.lacks import ENGINES
from kit.experiments.selftest.spec import SelfTestSpec
from kit.isolated import carry_out_isolated
from kit.lack import installed
from kit.place import home, write_atomic
from kit.quantization.lacks import lacks_of
from kit.quantization.registry import get_method, methods
from kit.report import PrefixedReport, Report
from kit.version import version


@dataclass(frozen=True)
class SelfTest:
    """What became of one method.

    Parameters
    ----------
    method : str
        Which one.
    ok : bool
        Did it make, load, score and write, and is it the same model still?
    seconds : float
        That it took, its process included.
    when : str
        In ISO 8601.
    lost : float or None
        Divergence from the model in 32 bits, as a share of that of one who knows nothing.
    error, fix : str
        What went wrong, and what to do.
    packages : dict of str to str
        Versions that it was tried with.
    """

    method: str
    ok: bool
    seconds: float
    when: str
    lost: float | None = None
    error: str = ""
    fix: str = ""
    packages: dict[str, str] = field(default_factory=dict)

    @property
    def current(self) -> bool:
        """Are the packages still those that it was tried with?"""
        return self.packages == versions(self.method)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**asdict(self), "current": self.current}


def self_tests(names: Sequence[str], report: Report) -> Iterator[SelfTest]:
    """Try methods out, each in a process of its own, keep and yield what became of each.

    Parameters
    ----------
    names : sequence of str
        Left empty, all that are ready on this machine.
    report : Report
        Hears how far it is, and may ask to stop.

    Raises
    ------
    UnknownNameError
        No method has such a name.
    Stopped
        Somebody asked it to stop; those that are done are kept.
    """
    chosen = [get_method(name).name for name in names] or [each for each in methods() if not lacks_of(each)]
    for number, method in enumerate(chosen):
        report.check()
        report.progress(method, number, len(chosen), "methods")
        yield _tested(method, PrefixedReport(report, method))
    report.progress("done", len(chosen), len(chosen), "methods")


def last_self_test(method: str) -> SelfTest | None:
    """Return what became of a method the last time it was tried, or None where it never was."""
    try:
        return SelfTest(**json.loads(_place(method).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def versions(method: str) -> dict[str, str]:
    """Return the versions of all that a method needs: Tunebook, torch, Transformers, its engine's and its own."""
    known = get_method(method)
    names = dict.fromkeys(("torch", "transformers", *ENGINES[known.engine][1], *known.packages))
    return {"tunebook": version(), **{name: installed(name) or "" for name in names}}


def _tested(method: str, report: Report) -> SelfTest:
    began = time.monotonic()
    result = carry_out_isolated(SelfTestSpec(method=method), report)
    error = result.error or {}
    found = SelfTest(
        method=method,
        ok=result.status == "finished",
        seconds=round(time.monotonic() - began, 2),
        when=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        lost=result.metrics.get("lost"),
        error=error.get("message", ""),
        fix=error.get("fix", ""),
        packages=versions(method),
    )
    write_atomic(_place(method), json.dumps(asdict(found), indent=1))
    return found


def _place(method: str) -> Path:
    return home() / "self-tests" / f"{method}.json"
