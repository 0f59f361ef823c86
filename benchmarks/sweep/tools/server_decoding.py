"""llama.cpp's own server on a GGUF file, that decodes when it is told to and prints its own tokens a second."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Read what to open from the first line; then, for each line, answer and print how fast."""
    import os

    import xllamacpp

    asked = json.loads(sys.stdin.readline())
    params = xllamacpp.CommonParams()
    params.model.path = asked["gguf"]
    params.n_parallel = 1
    params.n_ctx = 2048
    params.cpuparams.n_threads = asked["threads"]
    params.cpuparams_batch.n_threads = asked["threads"]
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the server says of itself is no number
    server = xllamacpp.Server(params)
    print(json.dumps({}), file=out, flush=True)
    for _line in sys.stdin:
        request = {
            "prompt": asked["prompt"],
            "n_predict": asked["new_tokens"],
            "ignore_eos": True,
            "temperature": 0,
            "cache_prompt": False,
        }
        told = server.handle_completions(request)
        told = json.loads(told) if isinstance(told, str | bytes) else told
        print(json.dumps({"tokens_per_s": _speed(told)}), file=out, flush=True)


def _speed(told: object) -> float:
    assert isinstance(told, dict)
    return float(told["timings"]["predicted_per_second"])


if __name__ == "__main__":
    main()
