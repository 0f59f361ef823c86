"""The faults: what is done to a run, which states may follow, and how it is resumed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import kit
from benchmarks.faults import damage, disk
from benchmarks.faults.clock import jumping
from kit.jobs import Run
from kit.jobs.process import read_identity
from kit.spec import Spec

LIVING = ("queued", "starting", "running", "stopping")


@dataclass
class Fault:
    """One fault: its random numbers, where it happens, and the states that were seen and were not true."""

    draw: random.Random
    place: Path
    wrong: list[str]
    children: list[subprocess.Popen[str]] = field(default_factory=list)


class Kind:
    """A way of breaking a run; the base kills the worker."""

    name = "sigkill_worker"
    states: tuple[str, ...] = ("crashed",)  # in which the run may end, if it does not finish
    word = "SIGKILL"  # that the cause of a crash must hold
    keeps_log = keeps_checkpoints = True

    def possible(self, place: Path) -> bool:
        """Can it be done here?"""
        return True

    def spec(self, spec: Spec, fault: Fault) -> Spec:
        """Return what is carried out."""
        return spec

    def start(self, spec: Spec, fault: Fault) -> Run:
        """Start the run."""
        return kit.start(spec)

    def strike(self, run: Run, fault: Fault) -> None:
        """Do it."""
        kill_worker(run, signal.SIGKILL)

    def resume(self, run: Run, fault: Fault) -> None:
        """Go on with the run."""
        run.resume()

    def clean(self, run: Run, fault: Fault) -> None:
        """Put the place in order again."""
        for child in fault.children:
            child.kill()
            child.communicate()


class KernelKilled(Kind):
    """The kernel that started the run is killed with everything in its group: the run must not notice."""

    name = "sigkill_kernel"
    states = ()

    def start(self, spec: Spec, fault: Fault) -> Run:
        program = (
            "import sys, time, kit\nprint(kit.start(kit.load_spec(sys.argv[1])).id, flush=True); time.sleep(600)\n"
        )
        path = fault.place / "spec.json"
        path.write_text(spec.to_json(), encoding="utf-8")
        command = [sys.executable, "-c", program, str(path)]
        kernel = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        fault.children.append(kernel)
        assert kernel.stdout is not None
        return kit.find_run(kernel.stdout.readline().strip())

    def strike(self, run: Run, fault: Fault) -> None:
        os.killpg(fault.children[0].pid, signal.SIGKILL)
        fault.children[0].wait()
        if (state := Run(run.folder).status.state) not in (*LIVING, "finished"):
            fault.wrong.append(f"{state} after the death of the kernel")


class KeeperKilled(Kind):
    """The process that keeps libraries loaded is killed: runs must not notice, and new ones start all the same."""

    name = "sigkill_keeper"
    states = ("crashed",)  # a run that the keeper had not yet brought up
    word = ""

    def strike(self, run: Run, fault: Fault) -> None:
        for note in (fault.place / "run").glob("*.pid"):
            try:
                os.kill(int(note.read_text(encoding="ascii")), signal.SIGKILL)
            except (ProcessLookupError, ValueError):
                continue


class KilledTwice(Kind):
    """The worker is killed, and killed again after it was resumed."""

    name = "sigkill_twice"

    def resume(self, run: Run, fault: Fault) -> None:
        run.resume()
        if fault.draw.random() < 0.7 and not fault.children:
            time.sleep(fault.draw.uniform(0, 1.5))
            kill_worker(run, signal.SIGKILL)
            fault.children.append(subprocess.Popen(["true"], text=True))  # once is enough
            run.wait(60)
            if run.resumable:
                run.resume()


class Terminated(Kind):
    """The system asks the worker to go, as it does before it shuts down."""

    name = "sigterm"
    states = ("stopped", "crashed")  # crashed: it had not begun to listen yet
    word = "SIGTERM"

    def strike(self, run: Run, fault: Fault) -> None:
        kill_worker(run, signal.SIGTERM)


class TornLog(Kind):
    """The worker is killed in the middle of a line of its log."""

    name = "truncated_log"
    keeps_log = False  # of the last line

    def strike(self, run: Run, fault: Fault) -> None:
        super().strike(run, fault)
        run.wait(60)
        if run.status.state != "finished":
            damage.tear_last_line(run.folder / "events.jsonl", fault.draw)


class CheckpointGone(Kind):
    """The worker is killed, and a checkpoint is deleted or damaged before it is resumed."""

    name = "deleted_checkpoint"
    keeps_checkpoints = False

    def strike(self, run: Run, fault: Fault) -> None:
        super().strike(run, fault)
        run.wait(60)
        if run.status.state != "finished":
            damage.spoil_checkpoint(run.folder / "checkpoint", fault.draw)


class FullDisk(Kind):
    """The disk is full for a while; sometimes the worker is killed meanwhile."""

    name = "disk_full"
    keeps_checkpoints = False
    states = ("failed", "crashed", "stopped")
    word = ""

    def possible(self, place: Path) -> bool:
        return "TUNEBOOK_FAULTS_DISK" in os.environ

    def strike(self, run: Run, fault: Fault) -> None:
        with disk.filled(fault.place):
            time.sleep(fault.draw.uniform(0.2, 2))
            if fault.draw.random() < 0.25:
                kill_worker(run, signal.SIGKILL)
                time.sleep(0.2)
            if (state := Run(run.folder).status.state) not in (*LIVING, "finished", "crashed"):
                fault.wrong.append(f"{state} on a full disk")


class ReadOnly(FullDisk):
    """The folder of the run cannot be written to for a while."""

    name = "read_only"

    def strike(self, run: Run, fault: Fault) -> None:
        with disk.read_only(run.folder):
            time.sleep(fault.draw.uniform(0.2, 2))


class ClockJump(Kind):
    """The clock is set while the run goes on, for its worker and for who looks; later the worker is killed."""

    name = "clock_jump"

    def start(self, spec: Spec, fault: Fault) -> Run:
        by = fault.draw.choice((-86_400.0, -60.0, 60.0, 86_400.0))
        os.environ["TUNEBOOK_FAULTS_CLOCK"] = f"{by} {fault.draw.uniform(0, 1.5)}"
        os.environ["PYTHONPATH"] = str(Path(__file__).parent / "clocked")
        try:
            return kit.start(spec)
        finally:
            del os.environ["TUNEBOOK_FAULTS_CLOCK"], os.environ["PYTHONPATH"]

    def strike(self, run: Run, fault: Fault) -> None:
        for by in (-86_400.0, 86_400.0):
            with jumping(by):
                status = Run(run.folder).status
                if status.state not in (*LIVING, "finished"):
                    fault.wrong.append(f"{status.state} when the clock jumps by {by}")
                if (status.elapsed_s or 0) < 0 or (status.eta_s or 0) < 0:
                    fault.wrong.append(f"a time below 0 when the clock jumps by {by}")
        super().strike(run, fault)


class Race(Kind):
    """Several who look at a killed run resume it at once: one of them does."""

    name = "two_starters"

    def resume(self, run: Run, fault: Fault) -> None:
        program = (
            "import sys, kit; run = kit.find_run(sys.argv[1]); print('ready', flush=True); sys.stdin.readline()\n"
            "try: run.resume(); print('did')\n"
            "except kit.KitError: print('refused')\n"
        )
        command = [sys.executable, "-c", program, run.id]
        rivals = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for rival in rivals:
            assert rival.stdout is not None
            rival.stdout.readline()
        for rival in rivals:
            assert rival.stdin is not None
            rival.stdin.write("\n")
            rival.stdin.flush()
        said = sorted(rival.communicate()[0].strip() for rival in rivals)
        if said != ["did", "refused"]:
            fault.wrong.append(f"of two who resume: {said}")


def kill_worker(run: Run, how: int) -> None:
    """Send a signal to the worker of the run, waiting until it has one; a run that is over gets none."""
    until = time.monotonic() + 60
    while not (run.folder / "process.json").exists() and time.monotonic() < until:
        time.sleep(0.002)
    identity = read_identity(run.folder)
    if identity is not None and not run.status.over:
        try:
            os.kill(int(identity["pid"]), how)
        except ProcessLookupError:
            return


KINDS = {
    kind.name: kind
    for kind in (
        Kind(),
        KernelKilled(),
        KeeperKilled(),
        KilledTwice(),
        Terminated(),
        TornLog(),
        CheckpointGone(),
        FullDisk(),
        ReadOnly(),
        ClockJump(),
        Race(),
    )
}
