"""Work that was done before is found again, by its name and its spec; what is missing is done, where that is allowed.

So a notebook that is run twice works once, and an app shows what its owner has measured.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Listing, Run, read_only, start
from kit.jobs.run import failed
from kit.spec import Spec
from kit.verticals.watching import watch

_LOCK = threading.Lock()
_everyone = Listing()
_GOES_ON = ("queued", "starting", "running", "stopping")
_BROKEN_OFF = ("stopped", "crashed")


def may_start() -> bool:
    """Return whether steps may start work here: in a notebook and a script, not on the page of an app.

    Whoever opens an app has not asked for minutes of work, whether or not the app allows it.
    """
    return not read_only() and "voila" not in os.environ.get("SERVER_SOFTWARE", "").lower()


def find(
    name: str, spec: Spec, *, finished: bool = True, alike: Callable[[Spec], str] = lambda spec: spec.key
) -> Run | None:
    """Return the newest run called `name` whose spec is equal to `spec`, or None.

    Parameters
    ----------
    name : str
        As the origin of the run.
    spec : Spec
    finished : bool, default True
        Only one that is finished, else in whatever state.
    alike : callable, optional
        What must be the same of two specs; left out, everything.
    """
    key = alike(spec)
    with _LOCK:
        _everyone.look()
        known = [_everyone.run(each.id) for each in _everyone.pick(origin=name)]
    for run in known:
        try:
            if (not finished or run.status.state == "finished") and alike(run.spec) == key:
                return Run(run.folder)
        except (KitError, OSError, ValueError):  # deleted meanwhile, or of a kind that is not known here
            continue
    return None


def carry_out(name: str, spec: Spec) -> Run:
    """Return the finished run of `spec` under `name`: the one that is there, else one that is gone on with or started.

    Parameters
    ----------
    name : str
        By which the run is found again.
    spec : Spec

    Raises
    ------
    RunFailedError
        It failed; the message tells why.
    """
    run = find(name, spec) or find(name, spec, finished=False)
    if run is None or run.status.state == "failed":
        run = start(spec, origin=name)
    elif run.status.state in _BROKEN_OFF:
        run.resume()
    if run.status.state != "finished":
        watch(run, name)
    result = run.result
    if result.status == "unsupported":
        raise failed(run.id, result)
    if result.status == "stopped":
        raise KitError(_("{name} was stopped.").format(name=name), fix=_("Run this cell again to go on from there."))
    return run
