"""May this process start, change and delete runs? The kernels of an app for visitors may not."""

from __future__ import annotations

import os

from kit.errors import ReadOnlyError
from kit.i18n import _

READ_ONLY = "TUNEBOOK_READ_ONLY"


def read_only() -> bool:
    """Return whether runs may only be looked at: the environment says so, which a visitor cannot change."""
    return os.environ.get(READ_ONLY, "") not in ("", "0")


def check_allowed() -> None:
    """Raise where runs may only be looked at.

    Raises
    ------
    ReadOnlyError
        This is the kernel of an app whose visitors may look and ask.
    """
    if read_only():
        raise refusal()


def refusal() -> ReadOnlyError:
    """Return the error that tells a visitor what is not theirs to do."""
    return ReadOnlyError(
        _("Visitors of this app can look at results and ask the model, but not start, change or delete runs."),
        fix=_("Whoever serves the app can allow it: tunebook app … --allow-start."),
    )
