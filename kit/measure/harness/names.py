"""What a task of lm-evaluation-harness is called: by a name that the package knows, or as a YAML file."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

from kit.errors import MissingPackageError, ParameterError
from kit.i18n import _


def task_file(name: str) -> Path | None:
    """Return the YAML file that `name` means, as a full path, or None when it is a name of the package.

    >>> task_file("arc_easy") is None
    True
    """
    named = name.lower().endswith((".yaml", ".yml")) or "/" in name or os.sep in name
    return Path(os.path.abspath(os.path.expanduser(name))) if named else None


def check_tasks(names: Sequence[str]) -> None:
    """Check what can be known of tasks before anything loads.

    Raises
    ------
    ParameterError
        A name is there twice or is empty, or a file is not there.
    MissingPackageError
        lm-eval is not installed.
    """
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise ParameterError("tasks", tuple(names), allowed=_("a list that names each task once"))
    for name in names:
        file = task_file(name)
        if file is not None and not os.path.isfile(file):
            fix = _("Give the path of a YAML file that is there, or a name that lm-eval knows, such as 'arc_easy'.")
            raise ParameterError("tasks", name, allowed=_("a file that is there"), fix=fix)
    if names and importlib.util.find_spec("lm_eval") is None:
        raise MissingPackageError("lm-eval", needed_for=_("Measuring tasks"), extra="harness")
