"""What a runner is: whoever carries out one spec after the other, here or elsewhere.

Work that is made of independent pieces (a search, a sweep) asks its report for a runner and knows no other. A piece is
a spec and the import path of the function that carries it out, so a runner knows no kind of work by name.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from kit.report import Report
from kit.result import Result
from kit.spec import Spec, resolve


class Runner(Protocol):
    """Whoever carries out pieces of a work; may be asked from several threads at once."""

    def slots(self) -> int:
        """Return how many pieces can be under way at once, as things are now."""
        ...

    def carry_out(self, work: str, spec: Spec, report: Report) -> Result:
        """Carry out one piece and wait for it.

        Parameters
        ----------
        work : str
            The import path of a function that takes a spec and a report and returns a result.
        spec : Spec
            What to do.
        report : Report
            Gets the events; its folder has afterwards what the piece left there.

        Raises
        ------
        Stopped
            `report` was asked to stop; carries the result that there was by then, if any.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class LocalRunner:
    """Carries out one piece at a time on this machine."""

    def slots(self) -> int:
        """Return 1: two trainings at once on one machine take longer than one after the other."""
        return 1

    def carry_out(self, work: str, spec: Spec, report: Report) -> Result:
        """Carry out one piece here (see `Runner`)."""
        found = resolve(work)(spec, report)
        assert isinstance(found, Result)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return
