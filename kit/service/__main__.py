"""``python -m kit.service``: the service as a process; its spec comes in on the standard input as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sys

from tornado.netutil import bind_sockets

from kit.place import write_atomic
from kit.service.found import note_place
from kit.service.server import serve
from kit.service.spec import ServiceSpec


def main() -> None:
    """Serve; where it listens and what it wants to be told is written down for this user alone."""
    parser = argparse.ArgumentParser(prog="kit.service")
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--load", nargs="*", default=[])
    options = parser.parse_args()
    spec = ServiceSpec.from_dict(json.loads(sys.stdin.read() or "{}"))
    token = os.environ.get("TUNEBOOK_SERVICE_TOKEN", "").strip() or secrets.token_urlsafe(24)
    sock = bind_sockets(options.port, options.ip)[0]
    url = f"http://{options.ip}:{sock.getsockname()[1]}/v1"

    def ready() -> None:
        place = note_place()
        write_atomic(place, json.dumps({"url": url, "token": token, "pid": os.getpid()}))
        place.chmod(0o600)

    try:
        asyncio.run(serve(spec, sock, token, ready=ready, load=tuple(options.load)))
    finally:
        forget()


def forget() -> None:
    """Take our note away, unless another service has written its own."""
    place = note_place()
    try:
        if json.loads(place.read_text(encoding="utf-8"))["pid"] == os.getpid():
            place.unlink()
    except (OSError, ValueError, KeyError):
        pass


if __name__ == "__main__":
    main()
