"""Which data each vertical is run on: the files of a folder, a file that somebody names, or its own generator."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

VERTICALS = ("finance", "medical", "manufacturing")
_SHARED = {
    "finance": ("sentfin", "german_credit"),
    "medical": ("medmcqa", "medquad"),
    "manufacturing": ("ai4i", "fmc"),
}
BUNDLED = "bundled"


@dataclass(frozen=True)
class Task:
    """One run of one notebook: "" for files means the generator that comes along."""

    vertical: str
    data: str
    train: str = ""
    test: str = ""


def tasks_of(options: argparse.Namespace) -> list[Task]:
    """Return what is to be run, in order."""
    if options.train:
        train, test = Path(options.train), Path(options.test or "")
        named = str(test.absolute()) if options.test else ""
        return [Task(options.vertical, train.stem, str(train.absolute()), named)]
    chosen = (options.vertical,) if options.vertical else VERTICALS
    every = [Task(vertical, BUNDLED) for vertical in chosen]
    folder = Path(options.data)
    for vertical in chosen:
        for name in _SHARED[vertical]:
            train, test = (folder / vertical / f"{name}_{part}.jsonl" for part in ("train", "test"))
            if train.exists() and test.exists():
                every.append(Task(vertical, name, str(train.absolute()), str(test.absolute())))
    return [task for task in every if not options.only or task.data in options.only]
