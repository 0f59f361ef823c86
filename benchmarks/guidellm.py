"""The independent client of `benchmarks.serving`: GuideLLM, started by its command and read by its report.

https://github.com/vllm-project/guidellm
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request as a client saw it; `start` and `end` in seconds of one clock, ``tpot_s`` without the first token."""

    start: float
    end: float
    ttft_s: float
    tpot_s: float
    e2el_s: float
    tokens: int


class Client:
    """GuideLLM at work on some prompts.

    Parameters
    ----------
    process : Popen
        Its process.
    result : Path
        Where it leaves its report.
    """

    def __init__(self, process: subprocess.Popen[str], result: Path) -> None:
        self._process, self._result = process, result

    def working(self) -> bool:
        """Is it not done yet?"""
        return self._process.poll() is None

    def requests(self) -> list[Request]:
        """Wait for its end and return every request, in the order in which they were sent."""
        said, _none = self._process.communicate()
        if self._process.returncode or not self._result.exists():
            sys.exit(f"GuideLLM failed:\n{said[-3000:]}")
        found = json.loads(self._result.read_text(encoding="utf-8"))["benchmarks"][0]["requests"]
        if found["errored"]:
            sys.exit(f"A request of GuideLLM failed: {found['errored'][0]['info']['error']}")
        return sorted(map(_read, found["successful"]), key=lambda request: request.start)


@contextlib.contextmanager
def started(command: str, *, url: str, model: str, prompts: list[str], new_tokens: int, users: int) -> Iterator[Client]:
    """Start GuideLLM on each of `prompts` once; it is ended when the block is left."""
    with tempfile.TemporaryDirectory(prefix="tunebook-serving-") as place:
        rows, result = Path(place) / "rows.json", Path(place) / "result.json"
        lines = [json.dumps({"prompt": text, "output_tokens_count": new_tokens}) for text in prompts]
        rows.write_text("\n".join(lines), encoding="utf-8")
        target = url.removesuffix("/v1")
        options = [
            *("--backend", f"kind=openai_http,target={target},model={model},validate_backend=false"),
            *("--profile", f"kind=concurrent,streams={users}"),
            *("--constraint", f"kind=max_requests,count={len(prompts)}"),
            *("--data", f"kind=json_file,path={rows}"),
            *("--output", f"kind=json,path={result}"),
        ]
        process = subprocess.Popen(
            [command, "run", "--disable-console", *options],
            cwd=place,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Client(process, result)
        finally:
            process.kill()
            process.wait()


def version(command: str) -> str:
    """Return what the command says of its version."""
    return subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _read(values: dict[str, Any]) -> Request:
    return Request(
        values["request_start_time"],
        values["request_end_time"],
        values["time_to_first_token_ms"] / 1000,
        values["inter_token_latency_ms"] / 1000,  # (last token - first token) / (tokens - 1): what is called TPOT here
        values["request_latency"],
        values["output_tokens"],
    )
