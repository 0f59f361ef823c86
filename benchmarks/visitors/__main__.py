"""One model for many visitors: the plain way (Voila, a model in each kernel) against ours, on the same machine.

``python -m benchmarks.visitors --json`` prints one JSON object as its last line:

- ``memory_per_visitor_mib``: private memory (USS) of a further visitor's kernel, ours; ``memory_ratio``: the plain
  way's over it;
- ``ready_s``, ``ready_ratio``: from opening the app to its being ready, for a further visitor, median;
- ``throughput_ratio_8``: tokens a second of all visitors together who ask at once, ours over the plain way's, in turns;
- ``load``: for 1, 8 and 32 visitors with five questions each, how long they wait; ``fairness`` is the time of the
  slowest over that of the fastest;
- ``batching_gain``: tokens a second with 8 visitors over those with one; ``cache_speedup``: an answer that comes again.

Kernels are started as Voila starts them, one for each visitor, and run what the app's notebook runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.visitors.kernels import Visitor
from benchmarks.visitors.load import cached, visit
from benchmarks.visitors.ways import ours, plain, question
from kit.engines.prepare import ready_folder
from kit.report import Report
from kit.service import ensure, stop


def main() -> None:
    """Run the benchmark."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="tunebook-visitors-") as place:
        os.environ["TUNEBOOK_HOME"] = place
        try:
            found = asyncio.run(measured(options))
        finally:
            stop()
    print(json.dumps(found))


async def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return everything that the last line tells."""
    folder = str(ready_folder(options.model, Report(Path()))[0])
    service = await asyncio.to_thread(ensure, load=(options.model,))
    await visit(service, options.model, visitors=1, questions=1, new_tokens=4, seed=-1)  # loads it
    found = await _beside_the_plain_way(options, folder)
    load = []
    for visitors in options.load:
        asked = {"visitors": visitors, "questions": options.questions, "new_tokens": options.new_tokens}
        load.append(await visit(service, options.model, **asked, seed=visitors))
        print(json.dumps(load[-1]), flush=True)
    by_visitors = {each["visitors"]: each["output_throughput"] for each in load}
    gain = by_visitors[8] / by_visitors[1] if {1, 8} <= by_visitors.keys() else None
    speedup = await cached(service, options.model, options.new_tokens, options.rounds * 3)
    return {**found, "load": load, "batching_gain": gain and round(gain, 2), "cache_speedup": round(speedup, 1)}


async def _beside_the_plain_way(options: argparse.Namespace, folder: str) -> dict[str, Any]:
    """Open the same app in both ways, in turns, and let its visitors ask at once."""
    number = options.visitors
    rates: dict[str, list[float]] = {"plain": [], "ours": []}
    memory: dict[str, list[float]] = {"plain": [], "ours": []}
    ready: dict[str, list[float]] = {"plain": [], "ours": []}
    for turn in range(options.rounds):
        for way in ("plain", "ours"):
            codes = [plain(folder) if way == "plain" else ours(options.model)] * number
            visitors = [Visitor(code) for code in codes]
            for visitor in visitors:
                await visitor.come()
            memory[way] += [await visitor.private_mib() for visitor in visitors[1:]]
            ready[way] += [visitor.ready_s for visitor in visitors[1:]]
            rates[way].append(await _rate(visitors, turn, options.new_tokens))
            for visitor in visitors:
                await visitor.leave()
            print(f"{way}: {rates[way][-1]:.1f} tokens/s, {statistics.median(memory[way]):.0f} MiB", flush=True)
    per_visitor = {way: statistics.median(values) for way, values in memory.items()}
    seconds = {way: statistics.median(values) for way, values in ready.items()}
    ratios = [a / b for a, b in zip(rates["ours"], rates["plain"], strict=True)]
    return {
        "memory_per_visitor_mib": round(per_visitor["ours"], 1),
        "memory_ratio": round(per_visitor["plain"] / per_visitor["ours"], 2),
        "throughput_ratio_8": round(statistics.median(ratios), 2),
        "throughput_spread": [round(min(ratios), 2), round(max(ratios), 2)],
        "ready_s": round(seconds["ours"], 2),
        "ready_ratio": round(seconds["plain"] / seconds["ours"], 2),
        "plain": {"memory_mib": round(per_visitor["plain"], 1), "tokens_per_s": rates["plain"]},
    }


async def _rate(visitors: list[Visitor], turn: int, new_tokens: int) -> float:
    """Return the tokens a second of all visitors who ask at once; each asks once before, so that all is warm."""
    await asyncio.gather(*(visitor.run(question(who, 90 + turn, 2)) for who, visitor in enumerate(visitors)))
    began = asyncio.get_running_loop().time()
    told = await asyncio.gather(*(visitor.run(question(who, turn, new_tokens)) for who, visitor in enumerate(visitors)))
    seconds = asyncio.get_running_loop().time() - began
    return float(sum(told)) / seconds


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.visitors", description="One model for many visitors.")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    parser.add_argument("--quick", action="store_true", help="few visitors: shows that it works")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--visitors", type=int, default=8, help="of both ways (8)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of both ways (3)")
    parser.add_argument("--load", type=int, nargs="+", default=[1, 8, 32], help="visitors at once (1 8 32)")
    parser.add_argument("--questions", type=int, default=5, help="of each of them (5)")
    parser.add_argument("--new-tokens", type=int, default=32, help="of each answer (32)")
    options = parser.parse_args(arguments)
    if options.quick:
        options.visitors, options.rounds, options.load, options.questions = 2, 1, [1, 4], 2
        options.new_tokens = 4
    return options


if __name__ == "__main__":
    main()
