"""``python -m tinyservice`` is the service as a process, its models held by `tinyheld`; `start` starts it.

A test, or a notebook, that puts `start` in the place of `kit.service.found._process` gets it wherever it asks for ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from kit.service.__main__ import main as serve
from kit.service.note import log_place


def start(load: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Start the stand-in, as the real one is started."""
    place = log_place()
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tinyservice", "--load", *load],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        )


async def _ready(model: str, _method: str) -> Path:
    return Path(f"{model}.gguf")


def main() -> None:
    """Be the service."""
    with (
        patch("kit.service.shelf.make_ready", _ready),
        patch("kit.service.held.server_of", lambda _method: "tinyheld"),
        patch("kit.service.held.identity_of", lambda path, method, _spec: f"{path}:{method}"),
    ):
        serve()


if __name__ == "__main__":
    main()
