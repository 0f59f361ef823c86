"""What a run of the benchmark stands on: the model, its rows, a place to write, and jobs made of them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.tuning import material
from benchmarks.tuning.job import Job
from benchmarks.tuning.material import Files, Material
from benchmarks.tuning.racer import Racer
from benchmarks.tuning.settings import BEST, TOOLS, TRIED
from kit.engines.prepare import ready_folder
from kit.report import Report
from kit.tuning import TuneSpec

_KINDS = {"sentfin": material.labelled, "instructions": material.instructions}


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

    def materials(self) -> list[Material]:
        """Return the rows that the options name: two well-known sets, other files, or what comes with Tunebook."""
        options = self.options
        if options.train:
            train, test = Path(options.train), Path(options.test) if options.test else None
            files = Files(train.stem, train, test, options.text, options.label)
            return [self._material("instructions" if material.is_instructions(files.train) else "sentfin", files)]
        try:
            usual = {
                "sentfin": material.usual("finance/sentfin", options.data),
                "instructions": material.usual("general/instructions", options.data),
            }
        except SystemExit as exc:
            print(f"{exc} The rows that come with Tunebook are taken instead.", flush=True)
            return [self._bundled()]
        return [self._material(kind, files) for kind, files in usual.items()]

    def _material(self, kind: str, files: Files) -> Material:
        return _KINDS[kind](files, self.folder / kind, self.tokenizer(), **self._limits())

    def _bundled(self) -> Material:
        return material.bundled(self.folder / "sentfin", self.tokenizer(), **self._limits())

    def _limits(self) -> dict[str, int]:
        return {"held": self.options.held, "max_length": self.options.max_length, "seed": self.options.seed}

    def tokenizer(self) -> Any:
        """Return the tokenizer of the model."""
        from kit.engines.hf.tokenizer import load_tokenizer

        return load_tokenizer(self.model)

    def job(self, name: str, rows: Material, steps: int, settings: dict[str, Any]) -> Job:
        """Return what the tool `name` is told: everything but `settings` is the same for all."""
        options = self.options
        return Job(
            model=str(self.model),
            train=str(rows.rows),
            held=str(rows.held_rows),
            folder=str(self.folder / rows.name / name),
            steps=steps,
            batch_size=options.batch,
            max_length=options.max_length,
            seed=options.seed,
            settings=settings,
        )

    def spec(self, rows: Material, steps: int, **fields: Any) -> TuneSpec:
        """Return our spec: the defaults, but for what is measured from outside.

        The benchmark measures the loss itself, and compares the model as it is after the last step.
        """
        options = self.options
        given = {
            "model": str(options.model),
            "data": rows.train,
            "validation": rows.held,
            "steps": steps,
            "batch_size": options.batch,
            "max_length": options.max_length,
            "seed": options.seed,
            "evaluations": 1,
            "sample_answers": 0,
            "keep": "last",
        }
        return TuneSpec(**{**given, **fields})

    def racer(self, name: str, rows: Material, steps: int) -> Racer:
        """Start the tool `name` at its best.

        Raises
        ------
        NoPeer
            Its environment cannot be had.
        """
        if name == "ours":
            return self.ours(name, rows, steps)
        if name == "tutorial":
            return Racer(name, TOOLS[name], self.job(name, rows, steps, {}))
        return self.peer(name, BEST[name], rows, steps)

    def ours(self, name: str, rows: Material, steps: int, **fields: Any) -> Racer:
        """Start Tunebook with the defaults, but for `fields`."""
        return Racer(name, "ours", self.job(name, rows, steps, self.spec(rows, steps, **fields).to_dict()))

    def peer(self, name: str, setting: str, rows: Material, steps: int) -> Racer:
        """Start a peer with one of the settings that were tried."""
        python = peers.python_of(name, self.options.peer_env)
        told = f"{name}-{list(TRIED[name]).index(setting)}"
        return Racer(told, TOOLS[name], self.job(told, rows, steps, TRIED[name][setting]), python)
