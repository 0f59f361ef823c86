"""The Python that a panel shows: what starts a run, and what goes on with one."""

from __future__ import annotations

from kit.i18n import _
from kit.jobs import Run
from kit.spec import Spec


def start_code(spec: Spec) -> str:
    """Return Python that starts `spec`."""
    return f"import kit\n\nrun = kit.start({spec.code()})"


def resume_code(run: Run) -> str:
    """Return Python that goes on with `run`, and as a comment what starts it anew.

    Raises
    ------
    KitError
        Its spec cannot be read here.
    """
    anew = _commented(f"run = kit.start({run.spec.code()})")
    lead = _commented(_("To start anew instead:"))
    return f"import kit\n\nrun = kit.find_run({run.id!r})\nrun.resume()\n\n{lead}\n{anew}"


def again_code(run: Run, *, resumable: bool) -> str:
    """Return Python that starts `run` once more and, where it can be resumed, as a comment what goes on with it.

    Raises
    ------
    KitError
        Its spec cannot be read here.
    """
    code = start_code(run.spec)
    if not resumable:
        return code
    lead = _commented(_("To go on with this one instead:"))
    return f"{code}\n\n{lead}\n{_commented(f'run = kit.find_run({run.id!r}).resume()')}"


def _commented(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())
