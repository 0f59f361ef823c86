"""Which server stands behind the model service? The candidates side by side, on the processor of this machine.

``python -m benchmarks.candidates --json`` prints tables, and one JSON object as its last line:

- ``candidates``, for each server that could be had, and with ``missing`` for each that could not:

  - ``load``: for 1, 4, 8 and 32 clients at once: ``output_throughput`` (tokens a second of all together, the median of
    the rounds, and its spread), ``p50``/``p95`` of the time to the first word and to the end over the answers of all
    rounds, and ``errors``: questions without a whole answer;
  - ``start_s``: from its start to its first answer; ``memory_mib``: ``uss`` and ``pss`` of all its processes after the
    loads; ``idle_cores``: how many cores it keeps busy that nobody asks (medians of the rounds);
  - ``answers``: beside Transformers in 32 bits, see `benchmarks.candidates.answers`; ``of_library`` is there where the
    server tells no log-probabilities: what its library says with the same weights, without the server;

- ``chosen`` and ``why``, by the rule in `benchmarks.candidates.choice`;
- ``left_out``: servers that cannot be had from the package registry, and why.

In each round every server starts, answers all loads and ends before the next begins, so that none works while another
is measured; the order turns round from round to round. All get the same questions, no two of which begin alike (what a
chat template puts before them is the same); answers are greedy and as long as asked for. ``--only`` takes some of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # all that is read lies here

import httpx
import numpy

from benchmarks.candidates.answers import Next, agreement, next_token, of_library
from benchmarks.candidates.choice import choose
from benchmarks.candidates.known import KNOWN, LEFT_OUT, Candidate
from benchmarks.candidates.load import Load, ask_at_once, summed
from benchmarks.candidates.process import NotStarted, Running, family, idle_cores, memory_mib
from benchmarks.candidates.questions import question, questions_each
from benchmarks.candidates.setup import Setup, run_tool
from benchmarks.candidates.table import table
from benchmarks.folder import made
from benchmarks.peers import NoPeer, version_in

_PATIENCE_S = 300.0


class Measured:
    """What is gathered of one candidate over the rounds."""

    def __init__(self) -> None:
        self.loads: dict[int, list[Load]] = {}
        self.starts: list[float] = []
        self.memory: list[dict[str, float]] = []
        self.idle: list[float] = []
        self.told: list[Next] = []


def main() -> None:
    """Run the benchmark."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="tunebook-candidates-", dir=options.folder) as place:
        setup = Setup.of(options, Path(place))
        reference = asked_of_reference(setup)
        measured = {name: Measured() for name in options.only}
        missing: dict[str, str] = {}
        for turn in range(options.rounds):
            for name in options.only if turn % 2 == 0 else reversed(options.only):
                if name not in missing:
                    try:
                        one_round(KNOWN[name], setup, measured[name], reference, turn)
                    except (NoPeer, NotStarted, subprocess.CalledProcessError, httpx.HTTPError) as exc:
                        missing[name] = f"{type(exc).__name__}: {exc}"
                        print(f"{name}: {missing[name]}", flush=True)
        rows = [
            {"name": name, "missing": missing[name]} if name in missing else row_of(KNOWN[name], setup, each, reference)
            for name, each in measured.items()
        ]
    chosen, why = choose(rows)
    print(f"\n{table(rows)}\n\n{why}", flush=True)
    told = {name: getattr(options, name) for name in ("model", "rounds", "questions", "new_tokens")}
    print(json.dumps({"candidates": rows, "chosen": chosen, "why": why, "left_out": LEFT_OUT, **told}))


def asked_of_reference(setup: Setup) -> dict[str, Any]:
    """Return positions and what Transformers expects there in 32 bits, computed in a process of its own."""
    options, into = setup.options, setup.folder / "reference.npy"
    texts = [question(-1, who, 0) for who in range(options.texts)]
    asked = {"model": str(setup.model), "dtype": "float32", "into": str(into), "texts": texts, "new_tokens": 25}
    told = run_tool("reference", {**asked, "every": 8}, setup.python(""))
    return {**told, "table": numpy.load(into)}


def one_round(candidate: Candidate, setup: Setup, measured: Measured, reference: dict[str, Any], turn: int) -> None:
    """Start a server, let clients ask, weigh it, and end it."""
    options = setup.options
    setup.python(candidate.peer)  # makes its environment where it is not there
    if turn == 0:  # what is made once does not count as starting
        candidate.start(candidate, setup).end()
    began = time.perf_counter()
    running = candidate.start(candidate, setup)
    try:
        asyncio.run(ask_at_once(candidate, running, clients=1, questions=1, new_tokens=1, seed=90 + turn))
        measured.starts.append(time.perf_counter() - began)
        asyncio.run(
            ask_at_once(candidate, running, clients=2, questions=1, new_tokens=8, seed=190 + turn)
        )  # all is warm
        for clients in options.load:
            shape = {"clients": clients, "questions": questions_each(clients, options.questions)}
            seed = 1000 * turn + clients
            found = asyncio.run(ask_at_once(candidate, running, **shape, new_tokens=options.new_tokens, seed=seed))
            measured.loads.setdefault(clients, []).append(found)
            print(f"{turn + 1} {candidate.name}: {clients} clients, {found.rate:.1f} tokens/s", flush=True)
        measured.memory.append(memory_mib(family(running.process.pid)))
        measured.idle.append(idle_cores(running.process.pid))
        if turn == 0:
            measured.told = next_tokens(candidate, running, reference)
    finally:
        running.end()


def next_tokens(candidate: Candidate, running: Running, reference: dict[str, Any]) -> list[Next]:
    """Ask a server for the next token at each position, one after the other."""
    with httpx.Client(timeout=_PATIENCE_S, trust_env=False) as http:
        places = zip(reference["positions"], reference["texts"], strict=True)
        return [next_token(http, candidate, running, ids, text) for ids, text in places]


def row_of(candidate: Candidate, setup: Setup, measured: Measured, reference: dict[str, Any]) -> dict[str, Any]:
    """Return everything that is told of a candidate."""
    answers: dict[str, Any] = agreement(reference["table"], reference["words"], measured.told)
    if answers["told"] == 0:
        answers["of_library"] = in_the_library(candidate, setup, reference)
    return {
        "name": candidate.name,
        "weights": candidate.weights,
        "slots": candidate.slots,
        "version": version_in(setup.python(candidate.peer), candidate.package),
        "start_s": round(statistics.median(measured.starts), 2),
        "memory_mib": {
            name: round(statistics.median(each[name] for each in measured.memory), 1) for name in ("uss", "pss")
        },
        "idle_cores": round(statistics.median(measured.idle), 3),
        "load": [summed(clients, loads) for clients, loads in measured.loads.items()],
        "answers": answers,
    }


def in_the_library(candidate: Candidate, setup: Setup, reference: dict[str, Any]) -> dict[str, Any]:
    """Return the agreement of Transformers with the candidate's weights, without its server."""
    into = setup.folder / f"{candidate.name}.npy"
    dtype = {"bf16": "bfloat16", "fp32": "float32"}[candidate.weights]
    asked = {"model": str(setup.model), "dtype": dtype, "into": str(into), "positions": reference["positions"]}
    run_tool("reference", asked, setup.python(candidate.peer))
    return agreement(reference["table"], reference["words"], of_library(numpy.load(into)))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.candidates", description="Servers for the model service.")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    parser.add_argument("--quick", action="store_true", help="few clients and tokens: shows that it works")
    parser.add_argument("--only", nargs="+", choices=list(KNOWN), default=list(KNOWN), help="these servers (all)")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--rounds", type=int, default=3, help="of all servers (3)")
    parser.add_argument("--load", type=int, nargs="+", default=[1, 4, 8, 32], help="clients at once (1 4 8 32)")
    parser.add_argument("--questions", type=int, default=2, help="of each client, and at least eight in all (2)")
    parser.add_argument("--new-tokens", type=int, default=48, help="of each answer (48)")
    parser.add_argument("--texts", type=int, default=20, help="whose next tokens are compared, at 4 places each (20)")
    parser.add_argument("--peer-env", nargs="*", default=[], metavar="NAME=PYTHON", help="environments of peers")
    parser.add_argument("--folder", type=made, help="where files are written for a while (the system's own place)")
    options = parser.parse_args(arguments)
    options.peer_env = dict(each.split("=", 1) for each in options.peer_env)
    if options.quick:
        options.rounds, options.load, options.questions = 1, [1, 4], 1
        options.new_tokens, options.texts = 8, 2
    return options


if __name__ == "__main__":
    main()
