"""How one field of a spec is described: once, for panels, documentation and messages."""

from __future__ import annotations

import dataclasses
from typing import Any


def param(
    default: Any = dataclasses.MISSING,
    *,
    label: str,
    help: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Any, ...] | None = None,
    above: float | None = None,
    empty: bool = True,
) -> Any:
    """Describe one field of a spec.

    Parameters
    ----------
    default : optional
        Left out, the field must be given.
    label, help : str
        Marked with ``N_``; shown by panels and documentation.
    unit : str, default ""
        Shown behind the value.
    low, high : float, optional
        Least and greatest value allowed, themselves included.
    above : float, optional
        The value must be greater than this.
    choices : tuple, optional
        The only values allowed.
    empty : bool, default True
        May a string or a tuple be empty?
    """
    metadata = {
        "label": label,
        "help": help,
        "unit": unit,
        "low": low,
        "high": high,
        "above": above,
        "choices": choices,
        "empty": empty,
    }
    return dataclasses.field(default=default, metadata=metadata)
