"""What datatrove does in its own environment: rule filters and MinHash near duplicates of JSON lines, timed.

Started by `benchmarks.gate.throughput` with the Python that has datatrove; it imports nothing of Tunebook.
``python datatrove_job.py ROWS FOLDER`` (a folder with JSONL files, and one for what it writes) prints
``{"seconds": ..., "passed": ..., "near": ...}`` as its last line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Filter, sketch, find pairs, join them, and write what is left."""
    from datatrove.executor import LocalPipelineExecutor

    source, folder = sys.argv[1], Path(sys.argv[2])
    started = time.perf_counter()
    for number, (steps, tasks) in enumerate(_stages(source, folder)):
        LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(folder / f"logs-{number}")).run()
    seconds = time.perf_counter() - started
    passed, left = (_lines(folder / name) for name in ("passed", "left"))
    print(json.dumps({"seconds": seconds, "passed": passed, "near": _lines(Path(source)) - left}))


def _stages(source: str, folder: Path) -> list[tuple[list[Any], int]]:
    """Return its filters, then the four steps of its MinHash as they are by default; both look at all rows.

    The filters are Gopher's without the limits of a page (words, stop words), which no short row keeps.
    """
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import (
        MinhashConfig,
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
    )
    from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    def written(name: str) -> Any:
        return JsonlWriter(str(folder / name), compression=None)

    quality = GopherQualityFilter(min_doc_words=None, max_doc_words=None, min_stop_words=None)
    signatures, buckets, remove = (str(folder / name) for name in ("signatures", "buckets", "remove"))
    config = MinhashConfig()  # 5-grams of words, 14 buckets of 8 hashes
    return [
        ([JsonlReader(source), GopherRepetitionFilter(), quality, written("passed")], 1),
        ([JsonlReader(source), MinhashDedupSignature(signatures, config=config)], 1),
        ([MinhashDedupBuckets(signatures, buckets, config=config)], config.num_buckets),
        ([MinhashDedupCluster(buckets, remove, config=config)], 1),
        ([JsonlReader(source), MinhashDedupFilter(remove), written("left")], 1),
    ]


def _lines(folder: Path) -> int:
    return sum(1 for path in folder.glob("*.jsonl") for _line in path.open(encoding="utf-8"))


if __name__ == "__main__":
    main()
