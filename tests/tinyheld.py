"""``python -m tinyheld`` stands in for llama.cpp's process: it speaks to its parent as that does, and answers all."""

from __future__ import annotations

import json
import sys

from tinyserver import tiny_server


def main() -> None:
    """Be the process that holds a model."""
    asked = json.loads(sys.stdin.readline())
    if "cannot" in asked["path"]:
        print(json.dumps({"error": "no such tensors"}), flush=True)
        return
    with tiny_server(gap_s=0.02, key=asked["key"]) as server:
        print(json.dumps({"url": server.url.removesuffix("/v1")}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
