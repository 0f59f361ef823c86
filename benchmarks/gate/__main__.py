"""The data gate against planted faults, beside another tool, and on a large file.

``python -m benchmarks.gate --json`` prints one JSON object as its last line:

- ``faults``: for each kind of fault how many were planted (seeded, into copies of well-known rows), the share of them
  that the gate points at, and the share of what it points at that was planted;
- ``throughput_ratio``: rows a second of near-duplicate and rule filtering over those of datatrove on the same rows, in
  turns, the median and its spread;
- ``peak_mib_2gb``: the peak of all processes of a gate that reads a JSONL file of 2 GB.

``--only`` takes some of: faults, throughput, memory.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.folder import made
from benchmarks.gate import faults, memory, throughput
from benchmarks.gate.plant import PLANTERS
from benchmarks.gate.rows import SETS

PARTS: dict[str, Callable[[Any, Path], dict[str, Any]]] = {
    "faults": faults.measured,
    "throughput": throughput.measured,
    "memory": memory.measured,
}


def main() -> None:
    """Run the benchmark."""
    options = parse()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tunebook-gate-", dir=options.folder) as place:
        os.environ["TUNEBOOK_HOME"] = str(Path(place) / "home")
        for name in options.only:
            part = PARTS[name](options, Path(place))
            print(f"{name}: {json.dumps(part)}", flush=True)
            found |= part
    print(json.dumps(found))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.gate", description="The data gate against planted faults.")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    parser.add_argument("--quick", action="store_true", help="few rows: shows that it works")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), help="these parts (all)")
    parser.add_argument("--faults", nargs="+", choices=list(PLANTERS), help="these faults (all)")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), help="into the rows of these sets (all)")
    parser.add_argument("--data", help="folder of the well-known datasets")
    parser.add_argument("--count", type=int, default=500, help="faults of each kind (500)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=200_000, help="for throughput (200,000)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of throughput (3)")
    parser.add_argument("--bytes", type=int, default=2_000_000_000, help="of the large file (2 GB)")
    parser.add_argument("--peer-env", nargs="*", default=[], metavar="NAME=PYTHON", help="environments of peers")
    parser.add_argument("--folder", type=made, help="where files are written for a while (the system's own place)")
    options = parser.parse_args(arguments)
    options.peer_env = dict(each.split("=", 1) for each in options.peer_env)
    if options.quick:
        options.count, options.rows, options.rounds, options.bytes = 20, 2_000, 1, 5_000_000
    return options


if __name__ == "__main__":
    main()
