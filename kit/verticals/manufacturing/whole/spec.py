"""All windows of somebody's own machines, without personal data: a run, since the rows can be many. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.verticals.preparing import PrepareSpec


@dataclass(frozen=True, kw_only=True)
class WindowsSpec(PrepareSpec):
    """Take personal data out of every window, not of a sample, the same way as out of the rows to learn from."""

    carried_out_by = "kit.verticals.manufacturing.whole.work:without_personal_data"
