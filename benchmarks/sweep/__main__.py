"""Every way of holding a model on this machine, measured, and beside other tools.

``python -m benchmarks.sweep --json`` prints one JSON object as its last line:

- ``variants``: for each method that runs here: accuracy on labelled rows, perplexity and Kullback-Leibler divergence on
  plain text, decode speed, memory and file size, as one sweep measures them;
- ``agreement``: our perplexity over that of the peer's own tool on the same texts, where there is one: lm-eval through
  Transformers, and llama.cpp's ``llama-perplexity`` (``--llama-cpp FOLDER`` of its programs) on the same GGUF file;
- ``decode_vs_llamacpp``: decode tokens a second of the quickest local engine with 4 and with 8 bits, over llama.cpp's
  own server on its file of so many bits; same prompt, in turns, the median and its spread; ``share_of_bandwidth`` is
  what it reads of its weights each second over what this machine reads at most;
- ``wall_speedup``: eight variants with lm-eval and optimum-benchmark, one after the other, over our sweep of the same
  eight on the same rows;
- ``mixed``: bits for each layer under a budget, beside the same bits everywhere, on text that nothing was chosen by.

``--only`` takes some of: variants, agreement, decode, wall, mixed. ``--train/--test/--text/--label`` name other rows.
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
from benchmarks.sweep import agreement, decode, mixed, variants, wall
from benchmarks.sweep.setup import Setup

PARTS: dict[str, Callable[[Setup], dict[str, Any]]] = {
    "variants": variants.measured,
    "agreement": agreement.measured,
    "decode": decode.measured,
    "wall": wall.measured,
    "mixed": mixed.measured,
}


def main() -> None:
    """Run the benchmark."""
    options = parse()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tunebook-sweep-", dir=options.folder) as place:
        os.environ["TUNEBOOK_HOME"] = str(Path(place) / "home")
        setup = Setup.of(options, Path(place))
        for name in options.only:
            part = PARTS[name](setup)
            print(f"{name}: {json.dumps(part)}", flush=True)
            found |= part
    print(json.dumps({**found, "model": options.model}))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.sweep", description="The quantization lab beside other tools.")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    parser.add_argument("--quick", action="store_true", help="few rows and methods: shows that it works")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), help="these parts (all)")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--methods", nargs="*", help="for variants (all that run here)")
    parser.add_argument("--data", help="folder of the well-known datasets")
    parser.add_argument("--train", help="other rows, by which methods are calibrated (JSONL)")
    parser.add_argument("--test", help="other rows to measure accuracy on (JSONL)")
    parser.add_argument("--text", default="text", help="the column with the text (text)")
    parser.add_argument("--label", default="label", help="the column with the label (label)")
    parser.add_argument("--rows", type=int, default=120, help="labelled rows (120)")
    parser.add_argument("--texts", type=int, default=100, help="plain texts (100)")
    parser.add_argument("--rounds", type=int, default=7, help="turns of decoding (7)")
    parser.add_argument("--new-tokens", type=int, default=64, help="in each turn (64)")
    parser.add_argument("--requests", type=int, default=5, help="timed answers of a variant (5)")
    parser.add_argument("--llama-cpp", type=Path, help="folder with llama.cpp's own llama-perplexity")
    parser.add_argument("--peer-env", nargs="*", default=[], metavar="NAME=PYTHON", help="environments of peers")
    parser.add_argument("--folder", type=made, help="where files are written for a while (the system's own place)")
    options = parser.parse_args(arguments)
    options.peer_env = dict(each.split("=", 1) for each in options.peer_env)
    if options.quick:
        options.rows, options.texts, options.rounds, options.new_tokens, options.requests = 12, 20, 2, 8, 2
    return options


if __name__ == "__main__":
    main()
