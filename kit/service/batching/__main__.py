"""``python -m kit.service.batching``: the process that holds a model with OpenVINO."""

from __future__ import annotations

import os
import sys

sys.modules["torch"] = None  # type: ignore[assignment]  # seconds and 270 MiB that reading words does not need
os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"  # it would advise to install it


def main() -> int:
    """Be the process."""
    from kit.service.batching.server import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
