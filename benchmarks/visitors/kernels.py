"""Kernels as Voila starts them, one for each visitor."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import psutil
from jupyter_client.manager import AsyncKernelManager

_PATIENCE_S = 600.0


class Visitor:
    """One visitor's kernel.

    Parameters
    ----------
    code : str
        What the app's notebook runs when it is opened.
    """

    def __init__(self, code: str) -> None:
        self._code = code
        self._manager = AsyncKernelManager(kernel_name="python3")
        self.ready_s = 0.0

    async def come(self) -> None:
        """Start the kernel and run the notebook; afterwards `ready_s` says how long it took."""
        began = time.perf_counter()
        await self._manager.start_kernel(env=dict(os.environ))
        self._client = self._manager.client()
        self._client.start_channels()
        await self._client.wait_for_ready(timeout=_PATIENCE_S)
        await self.run(self._code)
        self.ready_s = time.perf_counter() - began

    async def run(self, code: str) -> Any:
        """Run `code` and return what it printed last, read as JSON; None where it printed nothing.

        Raises
        ------
        RuntimeError
            It raised.
        """
        said: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                said.append(message["content"]["text"])

        reply = await self._client.execute_interactive(code, output_hook=hear, timeout=_PATIENCE_S, store_history=False)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"].get("traceback", [])))
        lines = "".join(said).strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    async def private_mib(self) -> float:
        """Return the memory that only this kernel holds (USS), which comes back when it ends."""
        pid = await self.run("import os; print(os.getpid())")
        return psutil.Process(pid).memory_full_info().uss / 2**20

    async def leave(self) -> None:
        """End the kernel."""
        self._client.stop_channels()
        await self._manager.shutdown_kernel(now=True)
