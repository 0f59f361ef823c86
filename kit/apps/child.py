"""The process of an app: ``python -m kit.apps.child ARGUMENTS...`` is Voila on a lifeline.

What is served, and to whom, comes in on the first line of standard input, where nobody else can read it. Standard input
stays open: when whoever started the app dies, Voila sees the end of it, ends its kernels and goes too.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

_FAREWELL_S = 15.0  # for ending the kernels


def _leave_with_parent() -> None:
    # os.read, not sys.stdin: a thread inside a buffered reader aborts the interpreter when it shuts down.
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)  # Voila's handler, where there is one yet
    time.sleep(_FAREWELL_S)
    os._exit(1)


def main(arguments: list[str]) -> None:
    """Serve with Voila until told to stop."""
    line = sys.stdin.readline()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    from kit.apps.guarded import GuardedVoila
    from kit.apps.house import House
    from kit.apps.quiet import quiet_pings
    from kit.jobs import READ_ONLY

    quiet_pings()
    GuardedVoila.house = house = House.from_line(line)
    os.environ[READ_ONLY] = "0" if house.allow_start else "1"  # every kernel inherits it
    GuardedVoila.launch_instance([*arguments, f"--Voila.token={house.token}"])


if __name__ == "__main__":
    main(sys.argv[1:])
