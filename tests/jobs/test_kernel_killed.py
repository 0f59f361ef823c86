"""A kernel that starts a tuning run is killed; the run goes on, and a new kernel shows it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel


@contextmanager
def kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """A real Jupyter kernel, gone afterwards."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def said(client: BlockingKernelClient, code: str) -> str:
    """Run a cell and return what it printed."""
    printed: list[str] = []
    client.execute_interactive(
        code, timeout=60, output_hook=lambda message: printed.append(message["content"].get("text", ""))
    )
    return "".join(printed).strip()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_run_outlives_the_kernel(tiny_model: Path, rows_file: Path) -> None:
    cell = f"""
import kit
spec = kit.TuneSpec(model={str(tiny_model)!r}, data=kit.DataSpec(source={str(rows_file)!r}), steps=60)
print(kit.start(spec).id)
"""
    with kernel() as (manager, client):
        run_id = said(client, cell)
        pid = manager.provisioner.pid  # type: ignore[union-attr]
        state = said(client, f"import time; time.sleep(1); print(kit.find_run({run_id!r}).status.state)")
        assert state in ("starting", "running")
        psutil.Process(pid).kill()
        psutil.wait_procs([psutil.Process(pid)], timeout=10) if psutil.pid_exists(pid) else None

    with kernel() as (_manager, client):
        look = f"import kit; run = kit.find_run({run_id!r}); print(run.status.state)"
        until = time.monotonic() + 180
        while (state := said(client, look)) in ("starting", "running") and time.monotonic() < until:
            time.sleep(0.5)
        assert state == "finished"
        assert said(client, "print(int(run.result.metrics['steps']))") == "60"
