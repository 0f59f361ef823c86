"""What a run of the benchmark stands on: the model, its rows, and a place to write."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kit
from benchmarks.data import find
from kit.engines.prepare import ready_folder
from kit.report import Report
from kit.result import Result
from kit.spec import resolve

_GENERAL = 48  # instructions that are looked at


@dataclass(frozen=True)
class Setup:
    """What a run of the benchmark stands on.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    model : Path
        A folder with the weights.
    folder : Path
        Where files may be written.
    """

    options: argparse.Namespace
    model: Path
    folder: Path

    @classmethod
    def of(cls, options: argparse.Namespace, folder: Path) -> Setup:
        """Find the model that `options` name."""
        return cls(options, ready_folder(options.model, Report(Path()))[0], folder)

    def labelled(self) -> kit.DataSpec:
        """Return the rows by which accuracy is measured."""
        options = self.options
        source = options.test or find("finance/sentfin_test.jsonl", options.data)
        return kit.DataSpec(source=str(source), text=options.text, label=options.label, limit=options.rows)

    def calibration(self) -> kit.DataSpec:
        """Return rows that nothing is measured on."""
        options = self.options
        source = options.train or find("finance/sentfin_train.jsonl", options.data)
        return kit.DataSpec(source=str(source), text=options.text, label=options.label)

    def general(self) -> kit.DataSpec:
        """Return instructions of all kinds, for what is to be good at more than one thing."""
        source = find("general/instructions_train.jsonl", self.options.data)
        roles = {"text": "instruction", "label": "output", "context": "input"}
        return kit.DataSpec(source=str(source), task="answer", **roles, limit=_GENERAL)

    def plain(self) -> kit.DataSpec:
        """Return plain text that nothing is chosen by."""
        source = find("general/wikitext2_valid.jsonl", self.options.data)
        return kit.DataSpec(source=str(source), task="continue", limit=self.options.texts)

    def carried_out(self, name: str, spec: Any) -> Result:
        """Return the result of `spec`, done here."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        found: Result = resolve(spec.carried_out_by)(spec, Report(folder))
        return found
