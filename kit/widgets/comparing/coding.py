"""The Python that does what a comparison shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kit.i18n import _
from kit.jobs import Run


def comparing_code(
    runs: Sequence[Run], *, bare: bool, quality: str, latency_name: str | None, limits: Mapping[str, float]
) -> str:
    """Return Python that gets the same rows, keeps to the limits and writes the same files.

    Parameters
    ----------
    runs : sequence of Run
        Where the rows come from.
    bare : bool
        Do rows (also) come from results that no run is known of?
    quality, latency_name : str
        What is drawn.
    limits : mapping of str to float
        By metric name.
    """
    lines = ["import kit", "", _rows_code(runs, bare=bare)]
    drawn = [f"quality={quality!r}"] if quality != "acc" else []
    drawn += [f"latency_name={latency_name!r}"] if latency_name else []
    if limits:
        lines.append(f"limits = {{{', '.join(f'{name!r}: {value:.6g}' for name, value in limits.items())}}}")
        lines += ["for row in kit.within(rows, limits):", "    print(row.facts['method'])"]
        drawn.append("limits=limits")
    lines.append(f"kit.export_comparison({', '.join(['rows', repr('comparison.html'), *drawn])})")
    return "\n".join(lines)


def _rows_code(runs: Sequence[Run], *, bare: bool) -> str:
    names = [f"kit.find_run({run.id!r})" for run in runs]
    note = "  # " + _("and the results that this panel was given") if bare and names else ""
    if not names:
        return "rows = result  # " + _("the result that this panel was given")
    if len(names) == 1:
        return f"rows = kit.beside({names[0]}){note}"
    inner = "".join(f"    {name},\n" for name in names)
    return f"rows = kit.beside({note}\n{inner})"
