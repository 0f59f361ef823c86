"""Ours beside the tutorial, trl and LLaMA-Factory: the race on each set of rows, and what the last line says of it."""

from __future__ import annotations

from typing import Any

from benchmarks import peers
from benchmarks.tuning.accuracy import one
from benchmarks.tuning.curve import ratios, times_faster
from benchmarks.tuning.floor import layer_weights, operations
from benchmarks.tuning.judge import accuracies
from benchmarks.tuning.material import Material
from benchmarks.tuning.race import Race
from benchmarks.tuning.racer import Racer
from benchmarks.tuning.settings import BEST, DISTRIBUTIONS
from benchmarks.tuning.setup import Setup

PEERS = ("trl", "llamafactory")
SETS = ("sentfin", "instructions")
Found = dict[str, Any]


def compare(setup: Setup) -> Found:
    """Run the races and return what the last line says."""
    raced = {rows.name: race_on(setup, rows) for rows in setup.materials()}
    found = headline(raced)
    return found | {
        "races": raced,
        "settings": {name: BEST[name] for name in PEERS},
        "versions": _versions(setup),
        "model": setup.options.model,
    }


def race_on(setup: Setup, rows: Material) -> Found:
    """Let the tools race on `rows` and return what was found."""
    options = setup.options
    steps = options.steps if rows.name == "sentfin" else options.instruction_steps
    most = -(-steps * 3 // 2)
    racers, missing = _racers(setup, rows, most)
    race = Race(racers, lambda text: print(f"{rows.source} {text}", flush=True))
    try:
        target = race.run(steps=steps, every=max(steps // options.turns, 1), most=most, tolerance=options.tolerance)
        adapters = race.end()
    finally:
        race.close()
    acc = accuracies(setup, rows, adapters) if rows.test is not None and options.accuracy_rows else {}
    if rows.test is not None and acc and not options.quick:
        tuned = one(setup, rows.train, rows.test, seed=options.seed)
        print(f"{rows.source} defaults: {tuned}", flush=True)
        acc["defaults"] = round(tuned["acc"], 4)
    return summary(race, target, floor_weights=layer_weights(str(setup.model))) | {
        "rows": rows.source,
        "missing": {**missing, **race.failed},
        "acc": acc,
    }


def summary(race: Race, target: float | None, *, floor_weights: tuple[int, int]) -> Found:
    """Return what a race found, by tool."""
    courses = race.courses
    found: Found = {
        "target_loss": None if target is None else round(target, 4),
        "tokens_per_s": {name: round(c.total("tokens") / c.total("seconds"), 1) for name, c in courses.items()},
        "steps": {name: c.steps for name, c in courses.items()},
        "held_losses": {name: [round(each, 4) for each in (c.before, *c.losses)] for name, c in courses.items()},
        "peak_mib": {name: round(c.peak_mib, 1) for name, c in courses.items()},
        "start_s": {name: c.start_s for name, c in courses.items()},
    }
    if target is not None:
        found["seconds_to_target"] = {name: _rounded(c.seconds_to(target)) for name, c in courses.items()}
    ours = courses.get("ours")
    if ours is None:
        return found
    others = {name: c for name, c in courses.items() if name != "ours"}
    found["speedup"] = {name: target and times_faster(ours, c, target) for name, c in others.items()}
    found["tokens_ratio"], found["spread"] = {}, {}
    for name, course in others.items():
        found["tokens_ratio"][name], found["spread"][name] = ratios(ours.rates, course.rates)
    arithmetic = operations(ours.total("necessary"), ours.total("answers"), floor_weights)
    found["share_of_floor"] = round(arithmetic / race.matmul_rate / ours.total("seconds"), 3)
    found["matmul_gflop_per_s"] = round(race.matmul_rate / 1e9, 1)
    if "tutorial" in courses:
        found["peak_memory_ratio"] = round(ours.peak_mib / courses["tutorial"].peak_mib, 3)
    return found


def headline(raced: dict[str, Found]) -> Found:
    """Return what the issue of speed is judged by; null for what was not measured."""
    first = raced.get("sentfin") or next(iter(raced.values()))

    def speedup(peer: str, rows: str) -> float | None:
        found: float | None = raced.get(rows, {}).get("speedup", {}).get(peer)
        return found

    return {
        **{f"speedup_{peer}_sentfin": speedup(peer, "sentfin") for peer in ("tutorial", *PEERS)},
        "speedup_tutorial_instructions": speedup("tutorial", "instructions"),
        "share_of_floor": first.get("share_of_floor"),
        "peak_memory_ratio": first.get("peak_memory_ratio"),
        "acc": first.get("acc", {}),
        "spread": {name: found.get("spread", {}) for name, found in raced.items()},
        "tokens_per_s": {name: found["tokens_per_s"] for name, found in raced.items()},
    }


def _racers(setup: Setup, rows: Material, steps: int) -> tuple[dict[str, Racer], dict[str, str]]:
    """Start ours, the tutorial and, on labelled texts, the peers; return also why one is missing."""
    racers: dict[str, Racer] = {}
    missing: dict[str, str] = {}
    wanted = [name for name in PEERS if name in setup.options.peers and rows.name == "sentfin"]
    try:
        for name in ("ours", "tutorial", *wanted):
            try:
                racers[name] = setup.racer(name, rows, steps)
            except peers.NoPeer as exc:
                missing[name] = str(exc)
                print(exc, flush=True)
    except BaseException:
        for racer in racers.values():
            racer.close()
        raise
    return racers, missing


def _versions(setup: Setup) -> Found:
    found: Found = {}
    for name in PEERS:
        python = peers.where(name, setup.options.peer_env)
        if name in setup.options.peers and python.exists():
            found[name] = {each: peers.version_in(str(python), each) for each in DISTRIBUTIONS[name]}
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
