"""What it costs that a run can be watched and cannot be lost, and how soon it trains.

``python -m benchmarks.overhead --json`` prints one JSON object as its last line:

- ``throughput_cost``: by how much the event log, the checkpoints and a panel that polls slow training down, as a share
  of the tokens a second of the same work that reports to nobody. Pairs are interleaved; ``throughput_cost_spread`` is
  the standard error of their mean.
- ``start_to_first_step_s``: from ``kit.start()`` to the end of the first training step, libraries kept loaded by an
  earlier run; ``plain_start_to_first_step_s``: the same in a fresh process that imports everything; ``start_speedup``
  is the second over the first, ``start_speedup_spread`` its least and greatest over the pairs.

``--model`` and ``--data`` take any others; ``--quick`` takes fewer pairs and steps.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import kit
from kit.report import Event, Report
from kit.spec import carry_out, load_spec
from kit.warm import Call, start_call, worker_environment

WATCH = """
import sys, time, kit
panel = kit.TunePanel(model=sys.argv[1], data=sys.argv[2], name="overhead")
while True:
    panel.desk.renew(); panel.desk.look(); panel.html(); time.sleep(0.3)
"""


def main() -> None:
    """Run the benchmark."""
    options = parse()
    with tempfile.TemporaryDirectory(prefix="tunebook-overhead-") as place:
        os.environ["TUNEBOOK_HOME"] = place
        pairs, steps, starts = (2, 6, 2) if options.quick else (options.pairs, options.steps, options.starts)
        costs = [cost(options, steps, pair, Path(place)) for pair in range(pairs)]
        times = [(first_step(options, warm=True), first_step(options, warm=False)) for _ in range(starts)]
    warm, plain = (statistics.median(each) for each in zip(*times, strict=True))
    ratios = sorted(slow / fast for fast, slow in times)
    report = {
        "throughput_cost": round(statistics.mean(costs), 4),
        "throughput_cost_spread": round(spread(costs), 4),
        "start_to_first_step_s": round(warm, 3),
        "plain_start_to_first_step_s": round(plain, 3),
        "start_speedup": round(plain / warm, 2),
        "start_speedup_spread": [round(ratios[0], 2), round(ratios[-1], 2)],
        "pairs": pairs,
        "steps": steps,
        "starts": starts,
        "model": options.model,
    }
    print(json.dumps(report))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="What watching costs, and how soon a run trains.")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--data", default="finance-alerts")
    parser.add_argument("--pairs", type=int, default=4, help="trainings with and without a log (4)")
    parser.add_argument("--steps", type=int, default=16, help="of each training (16)")
    parser.add_argument("--starts", type=int, default=4, help="starts of each sort (4)")
    parser.add_argument("--quick", action="store_true", help="few of each")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    return parser.parse_args()


def spec_of(options: argparse.Namespace, steps: int) -> kit.TuneSpec:
    """Return a short training, with one validation at its end."""
    return kit.TuneSpec(model=options.model, data=kit.load_data(options.data), steps=steps, batch_size=8, evaluations=1)


def cost(options: argparse.Namespace, steps: int, pair: int, place: Path) -> float:
    """Return which share of the speed is lost; which of the two comes first changes from pair to pair."""
    spec = spec_of(options, steps)
    order = (bare, watched) if pair % 2 else (watched, bare)
    seconds = {each.__name__: each(spec, options, place) for each in order}
    say(f"pair {pair + 1}: {seconds['watched']:.2f} s watched, {seconds['bare']:.2f} s bare")
    return 1 - seconds["bare"] / seconds["watched"]


def watched(spec: kit.TuneSpec, options: argparse.Namespace, place: Path) -> float:
    """Return the seconds from the first to the last step of a run that a panel polls."""
    panel = subprocess.Popen([sys.executable, "-c", WATCH, options.model, options.data])
    try:
        run = kit.start(spec, origin="overhead").wait()
    finally:
        panel.kill()
        panel.wait()
    return between([event["t"] for event in run.watch() if is_step(event)])


def bare(spec: kit.TuneSpec, options: argparse.Namespace, place: Path) -> float:
    """Return the same for work that reports to nobody, in a process that is started the same way."""
    (place / "bare").mkdir(exist_ok=True)
    call = Call(
        "benchmarks.overhead:work_alone",
        (spec.to_json(), str(place / "bare")),
        worker_environment(),
        os.getcwd(),
        preload=spec.preload,
    )
    process = start_call(call, [])
    process.wait()
    return between(json.loads((place / "bare" / "times.json").read_text(encoding="utf-8")))


class Deaf(Report):
    """A report that notes when a step was made and does nothing else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.times: list[float] = []

    def emit(self, event: Event) -> None:
        if is_step(event):
            self.times.append(event["t"])


def work_alone(spec: str, folder: str) -> None:
    """Carry a spec out for nobody, in a folder where nothing is kept, and leave the times of its steps."""
    with tempfile.TemporaryDirectory(dir=folder) as nowhere:
        report = Deaf(Path(nowhere))
        carry_out(load_spec(json.loads(spec)), report)
    (Path(folder) / "times.json").write_text(json.dumps(report.times), encoding="utf-8")


def first_step(options: argparse.Namespace, *, warm: bool) -> float:
    """Return the seconds from the start of a run to the end of its first step."""
    os.environ["TUNEBOOK_WARM"] = "1" if warm else "0"
    spec = spec_of(options, 1)
    if warm:
        kit.start(spec).wait()  # the libraries stay loaded for the next one
    began = time.time()
    run = kit.start(spec).wait()
    del os.environ["TUNEBOOK_WARM"]
    seconds = next(event["t"] for event in run.watch() if is_step(event)) - began
    say(f"{'warm' if warm else 'plain'} start to first step: {seconds:.2f} s")
    return float(seconds)


def is_step(event: Event) -> bool:
    """Does this event tell that a step was made?"""
    return event["kind"] == "metric" and event["name"] == "loss"


def between(times: list[float]) -> float:
    """Return the seconds from the first to the last."""
    return times[-1] - times[0]


def spread(values: list[float]) -> float:
    """Return the standard error of the mean."""
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def say(text: str) -> None:
    """Tell how far the benchmark is."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
