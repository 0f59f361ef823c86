"""The datasets that come with Tunebook: made by generators when asked for, never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kit.data.table import Table
from kit.i18n import N_, _
from kit.spec import resolve

_CARDS = Path(__file__).parent / "cards"


@dataclass(frozen=True, kw_only=True)
class Bundled:
    """A dataset that comes with Tunebook.

    Parameters
    ----------
    name : str
        What `load_data` calls it.
    about : str
        One sentence for a list, marked for translation.
    labels : tuple of str
        In the order that they have for a reader.
    instruction : str
        What a model is told to do, unless the user says something else.
    made_by : str
        Import path of a function that takes nothing and returns (text, label) pairs, always the same.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    instruction: str
    made_by: str

    @property
    def card(self) -> str:
        """The data card, as Markdown."""
        return (_CARDS / f"{self.name}.md").read_text(encoding="utf-8")

    def read(self, wanted: tuple[str, ...]) -> Table:
        """Make the rows; the columns are "text" and "label"."""
        make: Callable[[], list[tuple[str, str]]] = resolve(self.made_by)
        rows = enumerate(make(), start=1)
        cells = [(number, {"text": text, "label": label}) for number, (text, label) in rows]
        return Table(
            name=self.name,
            unit=_("row"),
            columns=("text", "label"),
            rows=[(number, {c: row[c] for c in wanted if c in row}) for number, row in cells],
        )


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Bundled(
            name="finance-alerts",
            about=N_("Payment alerts as an analyst reads them: release, request papers or escalate"),
            labels=("release", "request", "escalate"),
            instruction=(
                "Decide on this flagged payment: escalate signs of fraud, request missing papers, release the rest. "
                "Answer with one of: release, request, escalate."
            ),
            made_by="kit.data.alerts.make:make",
        ),
    )
}


def datasets() -> tuple[Bundled, ...]:
    """Return the datasets that come with Tunebook."""
    return tuple(DATASETS.values())
