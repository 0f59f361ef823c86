"""How fast a model is tuned, beside others on the same work.

``python -m benchmarks.tuning --json`` prints one JSON object as its last line. Tools train in processes of their own,
by turns of a few steps, while the others wait; after each turn all are measured by the same code on the same held rows.
Model, rows, rank, batch size, learning rate and its course, threads and the tokens that the loss counts (those of the
answer) are the same. Each tool takes the rows in its own order: the tutorial shuffled, the others by length where that
is faster for them.

- ``speedup_tutorial_sentfin``, ``…_trl_…``, ``…_llamafactory_…``, ``speedup_tutorial_instructions``: seconds of
  training to the same held loss, theirs over ours (`benchmarks.tuning.curve` says how they are read from the turns);
  the loss is the lowest of the tutorial in ``--steps``, and ``--tolerance`` of its fall more. ``spread``: the least and
  greatest ratio of tokens of text a second in the same turn. Null: not measured; ``races`` says why in ``missing``.
- ``share_of_floor``: the time that the arithmetic alone takes (`benchmarks.tuning.floor`) at the rate of large bf16
  products measured between the turns, over our time.
- ``peak_memory_ratio``: our greatest resident memory while training over that of the tutorial.
- ``acc``: of each tool on the test rows, where it stood when it was ended; "defaults": of Tunebook's defaults, trained
  to their end.

Tunebook runs as its worker does, with the defaults of `kit.TuneSpec`. What the others are is said in
`benchmarks.tuning.tools`, with what settings in `benchmarks.tuning.settings`. Environments of trl and LLaMA-Factory are
made when they are missing (`benchmarks.peers`); ``--peer-env trl=PYTHON`` names another.

Other things that are measured instead, each with its own last line:

- ``--switches``: each switch of speed, off or on, in tokens a second beside the defaults;
- ``--accuracy``: accuracy after the defaults on three sets, with three seeds, and of the preset "quick";
- ``--gpu``: a model of 1.5 billion weights beside the tutorial on a GPU (``--shape tiny`` tries it on a CPU);
- ``--try trl llamafactory``: the settings of a peer beside each other.

``--train FILE --test FILE --text COLUMN --label COLUMN`` measures other rows (labelled texts, or instructions with
``instruction``, ``input`` and ``output``); ``--data FOLDER`` says where the well-known ones are. Without any, the rows
that come with Tunebook are taken.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.folder import made
from benchmarks.tuning.accuracy import accuracy
from benchmarks.tuning.compare import PEERS, compare
from benchmarks.tuning.gpu import on_gpu
from benchmarks.tuning.setup import Setup
from benchmarks.tuning.switches import switches
from benchmarks.tuning.tries import tries


def main() -> None:
    """Run the benchmark."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="tunebook-tuning-", dir=options.folder) as place:
        print(json.dumps(_measured(options, Path(place))))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.tuning", description="Tuning beside other tools.")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    parser.add_argument("--quick", action="store_true", help="few steps: shows that it works, not how fast it is")
    _add_data(parser)
    _add_work(parser)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--switches", nargs="*", metavar="FIELD", help="these switches of speed, off or on (all)")
    modes.add_argument("--accuracy", action="store_true", help="accuracy after the defaults, with several seeds")
    modes.add_argument("--gpu", action="store_true", help="a larger model on a GPU")
    modes.add_argument("--try", nargs="+", dest="tried", choices=PEERS, help="the settings of these peers")
    parser.add_argument("--shape", default="1.5B", help="of the model with --gpu, such as 1.1B or tiny (1.5B)")
    parser.add_argument("--seeds", type=int, default=3, help="with --accuracy (3)")
    parser.add_argument("--sets", nargs="+", help="with --accuracy: of sentfin, fmc, ai4i and quick (all)")
    options = parser.parse_args(arguments)
    options.peer_env = dict(_pair(parser, each) for each in options.peer_env)
    if options.quick:
        options.steps, options.instruction_steps, options.turns = 4, 2, 2
        options.held, options.accuracy_rows, options.seeds = 16, 24, 1
    return options


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", help="folder of the well-known datasets")
    parser.add_argument("--train", help="other rows to train on (JSONL)")
    parser.add_argument("--test", help="rows to test with")
    parser.add_argument("--text", default="text", help="the column with the text (text)")
    parser.add_argument("--label", default="label", help="the column with the label (label)")
    parser.add_argument("--folder", type=made, help="where files are written for a while (the system's own place)")


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS, help="beside the tutorial (both)")
    parser.add_argument("--peer-env", nargs="*", default=[], metavar="NAME=PYTHON", help="environments that have them")
    parser.add_argument("--steps", type=int, default=60, help="of the tutorial on labelled texts (60)")
    parser.add_argument("--instruction-steps", type=int, default=12, help="of the tutorial on instructions (12)")
    parser.add_argument("--turns", type=int, default=6, help="into which the steps are divided (6)")
    parser.add_argument("--batch", type=int, default=16, help="rows of a step (16)")
    parser.add_argument("--max-length", type=int, default=512, help="tokens of a row (512)")
    parser.add_argument("--held", type=int, default=96, help="rows to measure the loss on (96)")
    parser.add_argument("--tolerance", type=float, default=0.01, help="share of the fall of its loss (0.01)")
    parser.add_argument("--accuracy-rows", type=int, default=300, help="test rows for accuracy; 0: none (300)")
    parser.add_argument("--seed", type=int, default=0)


def _pair(parser: argparse.ArgumentParser, text: str) -> tuple[str, str]:
    name, found, python = text.partition("=")
    if not found or name not in PEERS or not python:
        parser.error(f"--peer-env {text}: give NAME=PYTHON with one of the names {', '.join(PEERS)}")
    return name, python


def _measured(options: argparse.Namespace, place: Path) -> dict[str, Any]:
    if options.gpu:
        return on_gpu(options, place)
    setup = Setup.of(options, place)
    if options.switches is not None:
        return switches(setup)
    if options.accuracy:
        return accuracy(setup)
    if options.tried:
        return tries(setup)
    return compare(setup)


if __name__ == "__main__":
    main()
