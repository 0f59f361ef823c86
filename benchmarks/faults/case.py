"""One fault on one run: start, break, look, resume, judge."""

from __future__ import annotations

import itertools
import json
import random
import time
from pathlib import Path

import kit
from benchmarks.faults import progress
from benchmarks.faults.kinds import Fault, Kind
from benchmarks.faults.subjects import Essence, Subject
from kit.errors import KitError
from kit.jobs import Run

PATIENCE_S = 120.0
MOST_RESUMES = 3
Outcome = dict[str, list[str]]


def carry_out(kind: Kind, subject: Subject, place: Path, draw: random.Random) -> Outcome:
    """Break one run and return what was wrong, by the name of the count."""
    outcome: Outcome = {"lost_results": [], "wrong_states": [], "unresumable": []}
    fault = Fault(draw, place, outcome["wrong_states"])
    spec = kind.spec(subject.spec, fault)
    run = kind.start(spec, fault)
    wait_for_events(run, draw.randrange(subject.events))
    said = steps_said(run)
    kind.strike(run, fault)
    kept = steps_said(run)
    if not said <= kept and kind.keeps_log:
        outcome["lost_results"].append(f"said before and gone after: {sorted(said - kept)[:5]}")
    bring_to_its_end(run, kind, fault, outcome)
    if run.status.state == "finished":
        outcome["lost_results"] += differences(subject.essence(run), subject.expected)
        outcome["lost_results"] += done_again(run, subject) if kind.keeps_checkpoints else []
    kind.clean(run, fault)
    run.delete()
    kit.jobs.empty_trash(0)
    return outcome


def bring_to_its_end(run: Run, kind: Kind, fault: Fault, outcome: Outcome) -> None:
    """Wait for the run, resume it as often as it takes, and note every state that is not true."""
    for attempt in range(MOST_RESUMES + 1):
        try:
            run.wait(PATIENCE_S)
        except TimeoutError as exc:
            outcome["unresumable"].append(f"does not end: {exc}")
            run.stop()
            return
        status = run.status
        if status.state == "finished":
            return
        allowed = kind.states if attempt == 0 else ()
        if status.state not in allowed:
            outcome["wrong_states"].append(
                f"{status.state} ({status.cause}) where only {allowed} can be, attempt {attempt}"
            )
        elif kind.word not in status.cause and status.state == "crashed":
            outcome["wrong_states"].append(f"the cause does not say {kind.word!r}: {status.cause}")
        if Run(run.folder).status.state != status.state:
            outcome["wrong_states"].append("two who look see two states")
        try:
            kind.resume(run, fault)
        except KitError as exc:
            outcome["unresumable"].append(str(exc))
            return
    outcome["unresumable"].append(f"not finished after {MOST_RESUMES} resumes: {run.status}")


def wait_for_events(run: Run, count: int) -> None:
    """Wait until the log of the run holds so many lines, or the run is over."""
    path, until = run.folder / "events.jsonl", time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if path.read_bytes().count(b"\n") >= count or run.status.over:
                return
        except OSError:
            return
        time.sleep(0.002)


def steps_said(run: Run) -> set[tuple[str, int]]:
    """Return the points of all curves that somebody who looks now is shown."""
    seen: set[tuple[str, int]] = set()
    for line in (run.folder / "events.jsonl").read_bytes().splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if event.get("kind") == "metric" and event.get("step") is not None:
            seen.add((event["name"], event["step"]))
    return seen


def done_again(run: Run, subject: Subject) -> list[str]:
    """Return in words where an attempt did again what the one before it had kept."""
    wrong = []
    each = progress.attempts(list(run.watch()))
    for before, after in itertools.pairwise(each):
        done, begun = subject.done(before), subject.begun(after)
        if begun < done:
            wrong.append(f"goes on from {begun:g} though {done:g} were done")
    return wrong


def differences(found: Essence, expected: Essence) -> list[str]:
    """Return in words where a result is not the one of a run that nothing happened to."""
    wrong = []
    for name, value in expected.items():
        if not alike(found.get(name), value):
            wrong.append(f"{name}: {str(found.get(name))[:300]} instead of {str(value)[:300]}")
    return wrong


def alike(found: object, expected: object) -> bool:
    """Are two results equal, numbers to one part in ten thousand?"""
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(alike(found[key], expected[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(alike, found, expected))
    if isinstance(expected, float) and isinstance(found, int | float):
        return abs(found - expected) <= 1e-4 * max(abs(expected), 1e-3)
    return found == expected
