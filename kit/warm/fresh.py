"""Start a fresh interpreter for a call: where forking is not safe, and where there is no keeper."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

from kit.warm.call import Call


def start_fresh(call: Call, files: list[int]) -> subprocess.Popen[bytes]:
    """Start a fresh interpreter that carries `call` out, leader of a session of its own."""
    told = dataclasses.replace(call, environment={})  # it has that already, and a command line is for all to read
    places = [None if place is None else files[place] for place in call.streams]
    return subprocess.Popen(
        [sys.executable, "-m", "kit.warm.child", told.to_json(), json.dumps(files)],
        stdin=subprocess.DEVNULL if places[0] is None else places[0],
        stdout=subprocess.DEVNULL if places[1] is None else places[1],
        stderr=subprocess.DEVNULL if places[2] is None else places[2],
        pass_fds=files,
        env=call.environment,
        cwd=call.folder,
        start_new_session=True,
    )
