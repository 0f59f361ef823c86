"""Which rows, and how a row becomes a question and an answer."""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class DataSpec(Spec):
    """Labelled texts: where they are and which columns count."""

    made_by = "kit.load_data('file.csv')"

    source: str = param(
        label=N_("Data"), help=N_("A bundled dataset or a JSONL, CSV, TSV or Parquet file"), empty=False
    )
    text: str = param("text", label=N_("Text column"), help=N_("The column with the text to classify"), empty=False)
    label: str = param("label", label=N_("Label column"), help=N_("The column with the right answer"), empty=False)
    instruction: str = param(
        "", label=N_("Instruction"), help=N_("What the model is told to do; left empty, it names the labels")
    )
    labels: tuple[str, ...] = param(
        (), label=N_("Labels"), help=N_("All allowed answers, in order; left empty, those found in the data")
    )
    split: str = param("all", label=N_("Part"), help=N_("Which part of the rows"), choices=("all", "train", "test"))
    test_share: float = param(
        0.2, label=N_("Share of test rows"), help=N_("Used when part is train or test"), above=0, high=0.9
    )
    limit: int | None = param(
        None, label=N_("Rows at most"), help=N_("A seeded sample with the same share of each label"), low=1
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of the split and the sample"), low=0, high=2**31 - 1)
    encoding: str = param("utf-8", label=N_("Encoding"), help=N_("Of a text file"), empty=False)

    def check(self) -> None:
        if self.text == self.label:
            raise ParameterError("label", self.label, allowed=_("another column than text"))
        if any(not label.strip() or label != label.strip() for label in self.labels):
            raise ParameterError("labels", self.labels, allowed=_("words without blanks around them"))
        if len(self.labels) == 1 or len(set(self.labels)) < len(self.labels):
            raise ParameterError("labels", self.labels, allowed=_("at least two different labels"))
