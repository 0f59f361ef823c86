"""What a comparison can be taken away as: pictures, a table, the run card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kit.errors import ParameterError
from kit.i18n import N_
from kit.plots.export import comparison_bytes
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets.desk import File

KINDS = {
    "png": (N_("Picture (PNG)"), "image/png"),
    "svg": (N_("Picture (SVG)"), "image/svg+xml"),
    "csv": (N_("Table (CSV)"), "text/csv"),
    "html": (N_("Run card (HTML)"), "text/html"),
}


def file_of(
    kind: str,
    rows: Sequence[Result],
    whole: Result,
    *,
    quality: str,
    latency_name: str | None,
    limits: Mapping[str, float],
) -> File:
    """Return a comparison as a file of one of `KINDS`.

    Parameters
    ----------
    rows : sequence of Result
        What is shown; the table holds these.
    whole : Result
        The same rows with where they come from, for the card.

    Raises
    ------
    ParameterError
        There is no such kind.
    """
    if kind not in KINDS:
        raise ParameterError("value", kind, allowed=", ".join(KINDS))
    content = comparison_bytes(
        whole if kind == "html" else rows, kind, quality=quality, latency_name=latency_name, limits=limits
    )
    return File(f"{_stem(rows, kind)}.{kind}", content, KINDS[kind][1])


def _stem(rows: Sequence[Result], kind: str) -> str:
    """Return a name for the file: the model, as far as all rows share one."""
    models = {str(row.facts.get("model") or "") for row in rows}
    model = models.pop() if len(models) == 1 else ""
    words = [
        model.replace("\\", "/").rpartition("/")[2] or variant_name(rows[0]),
        "card" if kind == "html" else "comparison",
    ]
    return re.sub(r"[^\w.-]+", "-", "-".join(words)).strip("-.")
