"""A process that holds one model on a GPU and answers for it: vLLM's own server.

``python -m kit.service.vllm_server``: reads one JSON line (path, name, dtype, slots, context, key) from its standard
input, writes one ({"url": …} or {"error": …}) to its standard output once the model is loaded, and ends with vLLM when
its input does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

_LOOK_S = 0.2
_END_S = 4.0


def command_of(program: str, asked: Mapping[str, Any], port: int) -> list[str]:
    """Return what is typed to start vLLM; the key is not in it, since everybody can read it."""
    return [
        *(program, "serve", str(asked["path"])),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--served-model-name", str(asked["name"])),
        *("--max-model-len", str(asked["context"]), "--max-num-seqs", str(asked["slots"])),
        *("--dtype", str(asked["dtype"]), "--max-logprobs", "20"),
    ]


def main() -> int:
    """Serve until nobody holds the other end of the standard input."""
    from kit.service.engine import vllm_command

    asked = json.loads(sys.stdin.readline())
    port = _free_port()
    environment = {**os.environ, "VLLM_API_KEY": asked["key"], "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen(
        command_of(vllm_command() or "vllm", asked, port),
        stdin=subprocess.DEVNULL,
        stdout=2,  # what it prints must not stand among the answers
        env=environment,
    )
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    url = f"http://127.0.0.1:{port}"
    if not _ready(server, url):
        print(json.dumps({"error": f"vLLM ended with code {server.returncode}"}), flush=True)
        return 1
    print(json.dumps({"url": url}), flush=True)
    return server.wait()


def _ready(server: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until vLLM answers; False: it ended before. Loading may take minutes; our parent knows how long it waits."""
    while server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2.0, trust_env=False).status_code == 200:
                return True
        except httpx.HTTPError:
            pass
        time.sleep(_LOOK_S)
    return False


def _end_with_parent(server: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):
        continue
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(_END_S)
    except subprocess.TimeoutExpired:
        server.kill()
    os._exit(0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
