"""The campaign: choose faults, carry them out, judge, and say what came of it."""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLACED = "TUNEBOOK_FAULTS_PLACE"


def main() -> None:
    """Run the campaign."""
    options = parse()
    if PLACED not in os.environ:
        sys.exit(in_a_place_of_its_own())
    place = Path(os.environ[PLACED])
    os.environ["TUNEBOOK_HOME"] = str(place / "home")
    os.environ["TUNEBOOK_CACHE"] = str(place / "cache")
    os.environ["TUNEBOOK_RUNTIME"] = str(place / "run")
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # losses are compared bit by bit, and rows are few
    try:
        report = campaign(options, place)
    finally:
        end_keepers(place / "run")
    print(json.dumps(report))
    sys.exit(1 if report["lost_results"] or report["wrong_states"] or report["unresumable"] else 0)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Break runs in every way that happens, and count what is lost.")
    parser.add_argument("--faults", type=int, default=210, help="how many (210)")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of faults and their moments (0)")
    parser.add_argument("--kind", action="append", help="only faults of this kind; may be given several times")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    return parser.parse_args()


def campaign(options: argparse.Namespace, place: Path) -> dict[str, object]:
    """Carry out the faults, and return the counts."""
    from benchmarks.faults.case import carry_out
    from benchmarks.faults.kinds import KINDS
    from benchmarks.faults.subjects import make_subjects

    began = time.time()
    subjects = make_subjects(place)
    draw = random.Random(options.seed)
    kinds = [kind for name, kind in KINDS.items() if not options.kind or name in options.kind]
    possible = [kind for kind in kinds if kind.possible(place)]
    counts: collections.Counter[str] = collections.Counter()
    by_kind: collections.Counter[str] = collections.Counter()
    failures = []
    for number in range(options.faults):
        kind = possible[number % len(possible)]
        subject = subjects[(number // len(possible)) % len(subjects)]
        outcome = carry_out(kind, subject, place, random.Random(draw.random()))
        by_kind[kind.name] += 1
        for name, wrong in outcome.items():
            counts[name] += bool(wrong)
            failures += [f"{number} {kind.name} {subject.name} {name}: {words}" for words in wrong]
        told = "; ".join(words for wrong in outcome.values() for words in wrong) or "nothing lost"
        print(f"{number + 1}/{options.faults} {kind.name} on {subject.name}: {told}", file=sys.stderr, flush=True)
    return {
        "faults": sum(by_kind.values()),
        "lost_results": counts["lost_results"],
        "wrong_states": counts["wrong_states"],
        "unresumable": counts["unresumable"],
        "by_kind": dict(by_kind),
        "impossible_here": [kind.name for kind in kinds if kind not in possible],
        "failures": failures[:50],
        "seed": options.seed,
        "seconds": round(time.time() - began, 1),
    }


def in_a_place_of_its_own() -> int:
    """Run this program again on a small disk of its own (needs root), or else in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="tunebook-faults-") as place:
        environment = {**os.environ, PLACED: place}
        own = [sys.executable, "-m", "benchmarks.faults", *sys.argv[1:]]
        mount = f'mount -t tmpfs -o size=64m,mode=700 tmpfs "{place}"'
        if subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False).returncode:
            print("Without the right to mount: full disks and read-only folders are left out.", file=sys.stderr)
            return subprocess.run(own, env=environment, check=False).returncode
        command = ["unshare", "-m", "sh", "-c", f'{mount} && exec "$@"', "sh", *own]
        environment["TUNEBOOK_FAULTS_DISK"] = "1"
        return subprocess.run(command, env=environment, check=False).returncode


def end_keepers(folder: Path) -> None:
    """End the processes that kept libraries loaded for the campaign."""
    for note in folder.glob("*.pid"):
        try:
            os.kill(int(note.read_text(encoding="ascii")), signal.SIGKILL)
        except (ProcessLookupError, ValueError):
            continue


if __name__ == "__main__":
    main()
