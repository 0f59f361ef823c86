"""What Tunebook costs in JupyterLab: time until Lab is ready, size of the bundle, requests with 1,000 runs on disk.

``python -m benchmarks.lab --json``; the last line of standard output is one JSON object:

- ``p95_ms_1000_runs``: 95th percentile over all requests for the list of runs (target: at most 50 ms), those with and
  without ``If-None-Match`` in turns, two of the runs going on and saying something several times a second;
- ``bundle_kib``: what a browser downloads for the side panel, uncompressed, and compressed as servers send it;
- ``ready_overhead``: how much longer a page takes until Lab is ready, the median with the extension over the median
  without, in turns (target: at most 0.05); None where there is no chromium;
- ``cold_overhead``: the same from the start of the server on, so with the import of Tunebook into it.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kit
from benchmarks.jupyter import TOKEN, Lab
from kit.jobs.events import EventWriter
from kit.jobs.lock import run_lock
from kit.jobs.process import write_identity
from kit.jobs.summary import write_summary

RUNS, LIVING = 1000, 2


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON")
    parser.add_argument("--requests", type=int, default=400, help="how many requests for the list of runs")
    parser.add_argument("--pages", type=int, default=15, help="how many pages with and as many without")
    parser.add_argument("--starts", type=int, default=5, help="how many starts of the server with and without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tunebook-lab-") as place:
        report: dict[str, Any] = {
            "ready_overhead": None,
            **bundle(),
            **requests(Path(place) / "runs", options.requests),
        }
        report |= ready(Path(place) / "pages", options.pages) if options.pages else {}
        report |= cold(report, starts(Path(place) / "starts", options.starts)) if options.starts else {}
    report["machine"] = str(kit.this_machine())
    if not options.json:
        for name, value in report.items():
            print(f"{name}: {value}")
    print(json.dumps(report))


def bundle() -> dict[str, Any]:
    """Return the size of what a browser loads for the side panel, or None where it is not built."""
    folder = Path(kit.__file__).parent / "labextension" / "static"
    files = [path.read_bytes() for path in sorted(folder.glob("*")) if path.suffix in (".js", ".css")]
    if not files:
        return {"bundle_kib": None, "bundle_gzip_kib": None}
    packed = sum(len(gzip.compress(data)) for data in files)
    return {"bundle_kib": round(sum(map(len, files)) / 1024, 1), "bundle_gzip_kib": round(packed / 1024, 1)}


def requests(folder: Path, count: int) -> dict[str, Any]:
    """Return what requests for the list of 1,000 runs cost, in milliseconds."""
    folder.mkdir(parents=True)
    with Lab(folder) as lab:
        fill(lab.home / "runs")
        with living(lab.home / "runs"):
            time.sleep(3)  # as after a quiet moment: the folder's own time is past doubt
            taken = list(ask(lab, count))
    every = [ms for ms, _status, _limit in taken]
    report = {
        "p95_ms_1000_runs": percentile(every, 95),
        "p50_ms_1000_runs": percentile(every, 50),
        "requests": len(taken),
    }
    for status in (200, 304):
        own = [ms for ms, told, _limit in taken if told == status]
        report[f"p95_ms_{status}"] = percentile(own, 95) if own else None
        report[f"answered_{status}"] = len(own)
    for limit in (100, RUNS):
        report[f"p95_ms_limit_{limit}"] = percentile([ms for ms, _status, told in taken if told == limit], 95)
    return report


def fill(folder: Path) -> None:
    """Leave 1,000 runs as workers do: tunings of a few hundred steps, and sweeps."""
    first = leave(folder / "20260101-000000-tune-0000", steps=300)
    for place in range(1, RUNS - LIVING):
        state = ("finished", "stopped", "failed", "crashed")[place % 4 if place % 10 == 0 else 0]
        target = folder / f"20260101-{place:06}-tune-{place:04}"
        if state == "finished":
            shutil.copytree(first, target)
            about = {"created": 1e9 + place, "cwd": "/", "origin": None}
            (target / "about.json").write_text(json.dumps(about), encoding="utf-8")
        else:
            leave(target, steps=50, state=state, created=1e9 + place)


def leave(folder: Path, *, steps: int, state: str = "finished", created: float = 1e9) -> Path:
    """Leave one run that has ended."""
    folder.mkdir(parents=True)
    spec = kit.TuneSpec(model="smollm2-135m-instruct", data=kit.DataSpec(source="finance-alerts"))
    (folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    writer = EventWriter(folder / "events.jsonl")
    writer.write({"t": created, "kind": "state", "state": "running"})
    for step in range(steps):
        say(writer, created + step, step, steps)
    writer.write({"t": created + steps, "kind": "state", "state": state, "cause": "", "fix": ""})
    writer.close()
    (folder / "about.json").write_text(json.dumps({"created": created, "cwd": "/", "origin": None}), encoding="utf-8")
    write_summary(folder)
    return folder


def say(writer: EventWriter, at: float, step: int, steps: int) -> None:
    """Say one step of a tuning, as `kit.tuning` does."""
    writer.write({"t": at, "kind": "metric", "name": "loss", "value": 3 / (1 + step), "step": step})
    writer.write({"t": at, "kind": "progress", "phase": "training", "done": step + 1, "total": steps, "unit": "steps"})


class living:
    """Two runs that go on and say a step five times a second, in this process."""

    def __init__(self, folder: Path) -> None:
        self._folders = [folder / f"20260102-00000{place}-tune-live" for place in range(LIVING)]
        self._over = threading.Event()

    def __enter__(self) -> living:
        self._threads = [threading.Thread(target=self._work, args=(folder,)) for folder in self._folders]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        spec = kit.TuneSpec(model="smollm2-135m-instruct", data=kit.DataSpec(source="finance-alerts"))
        (folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
        write_identity(folder, os.getpid())
        about = {"created": time.time(), "cwd": "/", "origin": None}
        (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
        with run_lock(folder):
            writer = EventWriter(folder / "events.jsonl")
            writer.write({"t": time.time(), "kind": "state", "state": "running"})
            step = 0
            while not self._over.wait(0.2):
                say(writer, time.time(), step, 10_000)
                step += 1
            writer.close()


def ask(lab: Lab, count: int) -> Iterator[tuple[float, int, int]]:
    """Yield milliseconds, status and limit of each request: with and without a tag, for 100 and all runs, in turns."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    tags: dict[int, str] = {}
    for place in range(-8, count):
        limit, tagged = (100, RUNS)[place % 2], place // 2 % 2 == 0
        headers = {"Authorization": f"token {TOKEN}"}
        if tagged and limit in tags:
            headers["If-None-Match"] = tags[limit]
        began = time.perf_counter()
        connection.request("GET", f"/tunebook/api/runs?limit={limit}", headers=headers)
        answer = connection.getresponse()
        answer.read()
        taken = (time.perf_counter() - began) * 1000
        tags[limit] = answer.headers["Etag"]
        if place >= 0:  # the first ones read everything for the first time
            yield taken, answer.status, limit
        time.sleep(0.02)
    connection.close()


def ready(folder: Path, pages: int) -> dict[str, Any]:
    """Return how much longer Lab takes until it is ready with the extension, as a share of the time without."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        return {"ready_overhead": None}
    taken: dict[bool, list[float]] = {True: [], False: []}
    with Lab(folder / "with") as with_, Lab(folder / "without", extension=False) as without, sync_playwright() as play:
        fill(with_.home / "runs")
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        arguments += ["--disable-background-networking", "--disable-component-update"]
        browser = play.chromium.launch(executable_path=chromium, args=arguments)
        for place in range(pages + 1):
            for lab, extension in ((with_, True), (without, False))[:: 1 if place % 2 else -1]:
                seconds = open_page(browser, lab, place)
                if place:  # the first page of each warms the server up
                    taken[extension].append(seconds)
                print(f"page {place}, {'with' if extension else 'without'}: {seconds:.2f} s", file=sys.stderr)
        browser.close()
    medians = {extension: statistics.median(seconds) for extension, seconds in taken.items()}
    return {
        "ready_overhead": round(medians[True] / medians[False] - 1, 4),
        "ready_s_with": round(medians[True], 3),
        "ready_s_without": round(medians[False], 3),
        "pages": pages,
    }


def starts(folder: Path, count: int) -> dict[bool, float]:
    """Return the median seconds until a server answers, with and without the extension, started in turns."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for place in range(count + 1):
        for extension in (True, False)[:: 1 if place % 2 else -1]:
            with Lab(folder / f"{place}-{extension}", extension=extension) as lab:
                if place:  # the first ones read everything from the disk
                    taken[extension].append(lab.start_s)
    return {extension: statistics.median(seconds) for extension, seconds in taken.items()}


def cold(report: dict[str, Any], started: dict[bool, float]) -> dict[str, Any]:
    """Return the starts of the server, and start and page together as `cold_overhead` where pages were measured."""
    told = {"start_s_with": round(started[True], 3), "start_s_without": round(started[False], 3)}
    if report.get("ready_overhead") is None:
        return told
    with_, without = (started[ext] + report[f"ready_s_{name}"] for ext, name in ((True, "with"), (False, "without")))
    return {"cold_overhead": round(with_ / without - 1, 4), **told}


def open_page(browser: Any, lab: Lab, place: int) -> float:
    """Open Lab in a fresh profile and return the seconds until it says that it is restored and shows its launcher."""
    context = browser.new_context()
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"{lab.url}/lab/workspaces/bench-{place}?reset&token={TOKEN}", wait_until="commit")
        page.wait_for_selector(".jp-Launcher", timeout=120_000)
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=120_000)
        return time.perf_counter() - began
    finally:
        context.close()


def percentile(values: list[float], q: float) -> float:
    """Return the `q`-th percentile, to a hundredth."""
    return round(kit.Measurement("ms", "count", tuple(values)).percentile(q), 2)


if __name__ == "__main__":
    main()
