"""Our engine on one variant, that decodes when it is told to and prints tokens a second of each turn."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Read what to open from the first line; then, for each line, answer and print how fast."""
    import kit
    from kit.quantization.load import load
    from kit.report import Report
    from kit.spec import load_spec

    asked = json.loads(sys.stdin.readline())
    variant = load_spec(asked["variant"])
    assert isinstance(variant, kit.Variant)
    engine = load(variant, Report(Path(asked["folder"])))
    print(json.dumps({"weights_bytes": engine.footprint()}), flush=True)
    for _line in sys.stdin:
        times = []
        for _token in engine.generate(asked["prompt"], max_new_tokens=asked["new_tokens"], ignore_end=True):
            times.append(time.perf_counter())
        print(json.dumps({"tokens_per_s": (len(times) - 1) / (times[-1] - times[0])}), flush=True)
    engine.close()


if __name__ == "__main__":
    main()
