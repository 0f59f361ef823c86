"""Be the fresh interpreter of one call: ``python -m kit.warm.child CALL FILES``."""

from __future__ import annotations

import json
import sys

from kit.warm.call import Call


def main() -> int:
    """Carry out the call on the command line."""
    return Call.from_json(sys.argv[1]).carry_out(json.loads(sys.argv[2]))


if __name__ == "__main__":
    sys.exit(main())
