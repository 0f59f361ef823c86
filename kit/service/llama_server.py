"""A process that holds one model and answers for it: llama.cpp's own server.

``python -m kit.service.llama_server``: reads one JSON line (path, name, slots, context, threads, key) from its standard
input, writes one ({"url": …} or {"error": …}) to its standard output once the model is loaded, and ends when its input
does.
"""

from __future__ import annotations

import sys

from kit.service.parent import error_of, leave_with_parent, listen

_PROMPTS_MIB = 256  # for what was computed of prompts that come again; left alone, it takes gigabytes


def main() -> int:
    """Serve until nobody holds the other end of the standard input."""
    asked, tell = listen()
    try:
        url, _server = _start(asked)  # it answers as long as it is held
    except Exception as exc:
        tell(error_of(exc))
        return 1
    tell({"url": url})
    leave_with_parent()  # its threads may be in the middle of an answer that nobody reads
    return 0


def _start(asked: dict[str, object]) -> tuple[str, object]:
    import xllamacpp

    slots, threads = int(str(asked["slots"])), int(str(asked["threads"]))
    params = xllamacpp.CommonParams()
    params.model.path = str(asked["path"])
    params.model_alias = {str(asked["name"])}  # answers tell it, and would tell the path
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [str(asked["key"])]
    params.n_parallel, params.n_ctx = slots, int(str(asked["context"])) * slots
    params.cont_batching, params.use_jinja, params.warmup = True, True, True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = _PROMPTS_MIB
    params.ui = False
    params.endpoint_slots = params.endpoint_props = False
    server = xllamacpp.Server(params)
    return str(server.listening_address), server


if __name__ == "__main__":
    sys.exit(main())
