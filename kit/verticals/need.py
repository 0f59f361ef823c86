"""The packages that verticals need beyond what every notebook has: told as one clear lack where they are not there."""

from __future__ import annotations

import importlib
from typing import Any

from kit.errors import MissingPackageError

EXTRA = "verticals"
_PACKAGES = {"sklearn": "scikit-learn"}


def need(module: str, what: str) -> Any:
    """Return an imported module of the extra.

    Parameters
    ----------
    module : str
        As it is imported, such as "networkx" or "sklearn.linear_model".
    what : str
        What cannot be done without it, translated, as the beginning of a sentence.

    Raises
    ------
    MissingPackageError
        Its package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as exc:
        top = module.split(".")[0]
        raise MissingPackageError(_PACKAGES.get(top, top), needed_for=what, extra=EXTRA) from exc
