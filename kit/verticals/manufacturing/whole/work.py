"""Carry out a `WindowsSpec`."""

from __future__ import annotations

from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.verticals.manufacturing.whole.spec import WindowsSpec
from kit.verticals.preparing.masked import masked

_ALL = 10**9


def without_personal_data(spec: Spec, report: Report) -> Result:
    """Write all windows anew without personal data; "data" among the facts are the paths."""
    assert isinstance(spec, WindowsSpec)
    asked = spec.replace(rows=_ALL, test_rows=_ALL)
    parts = [masked(asked, part, report) for part in (("train",) if spec.test is None else ("train", "test"))]
    return Result(
        spec=spec.to_dict(),
        metrics={"rows": float(sum(part.rows for part in parts))},
        facts={"data": [part.spec.source for part in parts]},
    )
