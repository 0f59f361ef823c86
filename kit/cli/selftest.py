"""``tunebook doctor --self-test``: every method that is ready tried out with a tiny model, one after another."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kit.experiments.selftest.kept import SelfTest, self_tests
from kit.i18n import _
from kit.jobs.terminal import ProgressLine, TerminalReport
from kit.place import cache
from kit.quantization.registry import get_method
from kit.words import duration


def try_out(names: Sequence[str], *, json_wanted: bool) -> int:
    """Try methods out, say what became of each, and return 1 where one failed, else 0.

    Parameters
    ----------
    names : sequence of str
        Left empty, all that are ready.
    json_wanted : bool
        Print one list of plain values at the end, instead of a line for each.

    Raises
    ------
    UnknownNameError
        No method has such a name.
    """
    for name in names:
        get_method(name)
    cache().mkdir(parents=True, exist_ok=True)
    line, found = ProgressLine(), []
    try:
        for each in self_tests(names, TerminalReport(cache(), line)):
            found.append(each)
            if not json_wanted:
                line.clear()
                print(_line(each), flush=True)
    finally:
        line.clear()
    if json_wanted:
        print(json.dumps([each.to_dict() for each in found], indent=1, ensure_ascii=False))
    return 0 if all(each.ok for each in found) else 1


def _line(told: SelfTest) -> str:
    if not told.ok:
        return f"{told.method}: " + _("failed. {error} {fix}").format(error=told.error, fix=told.fix)
    lost = _("{share:.1%} of what the model expects is lost").format(share=told.lost or 0.0)
    return f"{told.method}: " + _("works, {time}, {lost}").format(time=duration(told.seconds), lost=lost)
