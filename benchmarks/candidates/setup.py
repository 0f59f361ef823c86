"""What a run of the benchmark stands on: the model in all forms that servers open, and a place to write."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers import python_of
from kit.engines.prepare import ready_folder
from kit.quantization.artefacts import made
from kit.quantization.registry import get_method
from kit.report import Report
from kit.warm import worker_environment

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Setup:
    """What a run of the benchmark stands on.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    model : Path
        A folder with the weights as safetensors.
    folder : Path
        Where files may be written.
    pythons : dict of str to str
        Those of peers that were found.
    """

    options: argparse.Namespace
    model: Path
    folder: Path
    pythons: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, options: argparse.Namespace, folder: Path) -> Setup:
        """Find the model that `options` name."""
        return cls(options, ready_folder(options.model, Report(folder))[0], folder)

    def python(self, peer: str) -> str:
        """Return the Python that has `peer`; "" is this one.

        Raises
        ------
        NoPeer
        """
        if not peer:
            return sys.executable
        if peer not in self.pythons:
            self.pythons[peer] = python_of(peer, self.options.peer_env)
        return self.pythons[peer]

    def held(self, method: str) -> Path:
        """Return the folder with what `method` makes of the model."""
        return made(self.model, get_method(method), Report(self.folder))

    def gguf(self, method: str) -> Path:
        """Return the GGUF file that `method` makes of the model."""
        return next(iter(sorted(self.held(method).glob("*.gguf"))))


def run_tool(name: str, asked: dict[str, Any], python: str) -> dict[str, Any]:
    """Run one of `benchmarks.candidates.tools` to its end, and return what it prints last.

    Raises
    ------
    CalledProcessError
        It failed; its own words stand in the terminal.
    """
    done = subprocess.run(
        [python, "-m", f"benchmarks.candidates.tools.{name}"],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=_PROJECT,
        env=worker_environment(),
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
