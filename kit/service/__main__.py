"""``python -m kit.service``: the service as a process; its spec comes in on the standard input as JSON."""

from __future__ import annotations

import argparse
import json
import sys

from kit.service.host import host
from kit.service.spec import ServiceSpec


def main() -> None:
    """Serve; where it listens and what it wants to be told is written down for this user alone."""
    parser = argparse.ArgumentParser(prog="kit.service")
    parser.add_argument("--load", nargs="*", default=[])
    options = parser.parse_args()
    host(ServiceSpec.from_dict(json.loads(sys.stdin.read() or "{}")), load=tuple(options.load))


if __name__ == "__main__":
    main()
