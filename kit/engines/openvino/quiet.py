"""OpenVINO, kept from calling its makers.

``openvino`` brings ``openvino-telemetry``, which sends to its makers what is converted, asks nobody first and writes an
identifier into the home folder. Where that package cannot be imported, OpenVINO and NNCF take a stub of their own.
"""

from __future__ import annotations

import sys
from typing import Any

_CALLS_HOME = "openvino_telemetry"


def openvino() -> Any:
    """Return the package ``openvino``, which tells nobody that it is used."""
    keep_quiet()
    import openvino

    return openvino


def keep_quiet() -> None:
    """Let nobody import what calls home, from now on; whoever has it already keeps it."""
    if _CALLS_HOME not in sys.modules:
        sys.modules[_CALLS_HOME] = None  # type: ignore[assignment]
