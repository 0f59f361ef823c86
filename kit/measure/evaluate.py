"""Carry out an `EvaluateSpec`: everything that is worth knowing of one variant, each in a pass of its own."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from typing import Any

from kit.data import Dataset
from kit.engines import Engine
from kit.machine.facts import MIB
from kit.machine.memory import PeakMemory
from kit.measure.accuracy import accuracy, macro_f1, macro_f1_stderr
from kit.measure.latency import measure_latency
from kit.measure.perplexity import MOST_ROWS, perplexity
from kit.measure.rows import rows_for
from kit.measure.spec import EvaluateSpec
from kit.place import write_atomic
from kit.quantization.load import load
from kit.report import Report
from kit.result import Measurement, Result
from kit.spec import Spec

_MEMORY_ROWS = 16  # rows scored while memory is watched


def evaluate(spec: Spec, report: Report) -> Result:
    """Measure one variant on held-out rows."""
    assert isinstance(spec, EvaluateSpec)
    report.progress("loading")
    data = rows_for(spec.data, spec.variant.model, report)
    with PeakMemory() as loading:
        engine = load(spec.variant, report, batch_size=spec.batch_size)
    try:
        found = _Evaluation(spec, report, engine, data)
        metrics = {"load_max_ram_mib": loading.peak_mib, **found.measure()}
    finally:
        engine.close()
    return Result(
        spec=spec.to_dict(),
        metrics=metrics,
        measurements=found.measurements,
        artifacts=found.artifacts,
        facts={
            "method": spec.variant.method,
            "engine": spec.variant.engine,
            "model": spec.variant.model,
            "rows": len(data),
            "labels": list(data.labels),
            "instruction": data.instruction,
            **found.facts,
        },
        provenance={"data_hash": data.hash},
    )


class _Evaluation:
    def __init__(self, spec: EvaluateSpec, report: Report, engine: Engine, data: Dataset) -> None:
        self.spec, self.report, self.engine, self.data = spec, report, engine, data
        self.measurements: dict[str, Measurement] = {}
        self.artifacts: dict[str, str] = {}
        self.facts: dict[str, Any] = {}

    def measure(self) -> dict[str, float]:
        passes = {
            "accuracy": self._accuracy,
            "perplexity": self._perplexity,
            "latency": self._latency,
            "memory": self._memory,
        }
        metrics: dict[str, float] = {}
        for name in self.spec.measures:
            self.report.check()
            metrics |= passes[name]()
        for name, value in metrics.items():
            self.report.metric(name, value)
        return metrics

    def _hear(self, phase: str, total: int, unit: str) -> Callable[[int], None]:
        self.report.progress(phase, 0, total, unit)

        def heard(done: int) -> None:
            self.report.progress(phase, done, total, unit)
            self.report.check()

        return heard

    def _accuracy(self) -> dict[str, float]:
        data = self.data
        hear = self._hear("scoring", len(data), "rows")
        table = self.engine.score(data.prompts(), [data.labels] * len(data), on_progress=hear)
        predicted = [max(range(len(row)), key=lambda i: row[i].logprob) for row in table]
        gold = [data.labels.index(answer) for answer in data.answers]
        self.facts["majority_acc"] = max(data.counts.values()) / len(data)
        self.facts["only_answer"] = data.labels[predicted[0]] if len(set(predicted)) == 1 else None
        self._keep_rows(gold, predicted, [[score.logprob for score in row] for row in table])
        acc, acc_stderr = accuracy(gold, predicted)
        return {
            "acc": acc,
            "acc_stderr": acc_stderr,
            "macro_f1": macro_f1(gold, predicted, len(data.labels)),
            "macro_f1_stderr": macro_f1_stderr(gold, predicted, len(data.labels)),
        }

    def _keep_rows(self, gold: list[int], predicted: list[int], logprobs: list[list[float]]) -> None:
        """Keep what was answered to each row: comparisons are paired."""
        labels = self.data.labels
        lines = [
            json.dumps(
                {"row": i, "gold": labels[g], "answer": labels[p], "logprobs": [round(x, 4) for x in logprobs[i]]},
                ensure_ascii=False,
            )
            for i, (g, p) in enumerate(zip(gold, predicted, strict=True))
        ]
        path = self.report.folder / "artifacts" / f"rows-{self.spec.key}.jsonl"
        write_atomic(path, "\n".join(lines) + "\n")
        self.artifacts["rows"] = str(path.relative_to(self.report.folder))
        self.report.artifact("rows", path)
        self.facts["right"] = [int(g == p) for g, p in zip(gold, predicted, strict=True)]

    def _perplexity(self) -> dict[str, float]:
        texts = self.data.texts[:MOST_ROWS]
        value, stderr = perplexity(self.engine, texts, on_progress=self._hear("reading", len(texts), "rows"))
        self.facts["perplexity_rows"] = len(texts)
        return {"perplexity": value, "perplexity_stderr": stderr}

    def _latency(self) -> dict[str, float]:
        self.measurements |= measure_latency(
            self.engine,
            self.data.prompts()[: self.spec.requests],
            requests=self.spec.requests,
            new_tokens=self.spec.new_tokens,
            on_progress=self._hear("timing", self.spec.requests, "requests"),
        )
        return {name: measurement.p50 for name, measurement in self.measurements.items()}

    def _memory(self) -> dict[str, float]:
        self.report.progress("weighing", 0, 1)
        rows = self.data.prompts()[:_MEMORY_ROWS]
        gc.collect()
        _give_back_free_memory()
        with PeakMemory() as memory:
            self.engine.score(rows, [self.data.labels] * len(rows))
            for _token in self.engine.generate(rows[0], max_new_tokens=self.spec.new_tokens, ignore_end=True):
                self.report.check()
        return {
            "max_ram_mib": memory.peak_mib,
            "weight_mib": self.engine.footprint() / MIB,
            "file_size_mib": self.engine.file_size() / MIB,
            **_gpu_peak(),
        }


def _give_back_free_memory() -> None:
    """Return what the C library holds back after loading to the system, so that it does not count as in use."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)


def _gpu_peak() -> dict[str, float]:
    import torch

    if not torch.cuda.is_available():
        return {}
    return {"max_vram_reserved_mib": torch.cuda.max_memory_reserved() / MIB}
