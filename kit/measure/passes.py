"""The passes of an evaluation: accuracy, perplexity, latency, memory, each on its own and each done once."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable

from kit.data import Dataset
from kit.engines import Engine, Score
from kit.i18n import _
from kit.machine.bystanders import Bystanders
from kit.machine.facts import MIB
from kit.measure.accuracy import accuracy, macro_f1, macro_f1_stderr
from kit.measure.latency import measure_latency
from kit.measure.ledger import Ledger
from kit.measure.perplexity import MOST_ROWS, perplexity
from kit.measure.scoring import score_in_chunks
from kit.measure.spec import EvaluateSpec
from kit.memory import PeakMemory
from kit.place import patiently, write_atomic
from kit.report import Report
from kit.result import Measurement

_BUSY = 0.2  # share of all cores that others use; on an idle desktop it is below a twentieth
_MEMORY_ROWS = 16  # rows scored while memory is watched


class Passes:
    """Measures what `spec` asks for; what `ledger` holds is taken from there.

    Parameters
    ----------
    engine : callable
        Returns the engine; called only when something is left to be measured.
    """

    def __init__(
        self, spec: EvaluateSpec, data: Dataset, engine: Callable[[], Engine], ledger: Ledger, report: Report
    ) -> None:
        self._spec, self._data, self._engine, self._ledger, self._report = spec, data, engine, ledger, report
        self.measurements: dict[str, Measurement] = {}
        self.artifacts: dict[str, str] = {}
        self.facts: dict[str, object] = {}

    def kept(self) -> list[str]:
        """Return in words what an earlier attempt has done, a phrase for each pass."""
        done = len(self._ledger.rows("scoring"))
        words = [_("{n} of {total} rows scored").format(n=done, total=len(self._data))] if done else []
        if self._ledger.rows("reading"):
            words.append(_("perplexity"))
        if self._ledger.values("timing") is not None:
            words.append(_("latency"))
        if self._ledger.values("weighing") is not None:
            words.append(_("memory"))
        return words

    def measure(self) -> dict[str, float]:
        """Do what is left of each pass and return all final numbers."""
        passes = {
            "accuracy": self._accuracy,
            "perplexity": self._perplexity,
            "latency": self._latency,
            "memory": self._memory,
        }
        metrics: dict[str, float] = {}
        for name in self._spec.measures:
            self._report.check()
            metrics |= passes[name]()
        for name, value in metrics.items():
            self._report.metric(name, value)
        return metrics

    def _accuracy(self) -> dict[str, float]:
        data = self._data
        table = score_in_chunks(
            "scoring",
            data.prompts(),
            [data.labels] * len(data),
            texts=data.texts,
            batch_size=self._spec.batch_size,
            engine=self._engine,
            ledger=self._ledger,
            report=self._report,
        )
        predicted = [max(range(len(row)), key=lambda i: row[i].logprob) for row in table]
        gold = [data.labels.index(answer) for answer in data.answers]
        self.facts["majority_acc"] = max(data.counts.values()) / len(data)
        self.facts["only_answer"] = data.labels[predicted[0]] if len(set(predicted)) == 1 else None
        self.facts["right"] = [int(g == p) for g, p in zip(gold, predicted, strict=True)]
        self._keep_rows(gold, predicted, table)
        acc, acc_stderr = accuracy(gold, predicted)
        return {
            "acc": acc,
            "acc_stderr": acc_stderr,
            "macro_f1": macro_f1(gold, predicted, len(data.labels)),
            "macro_f1_stderr": macro_f1_stderr(gold, predicted, len(data.labels)),
        }

    def _keep_rows(self, gold: list[int], predicted: list[int], table: list[list[Score]]) -> None:
        """Keep what was answered to each row: comparisons are paired."""
        labels = self._data.labels
        lines = [
            json.dumps(
                {"row": i, "gold": labels[g], "answer": labels[p], "logprobs": [round(s.logprob, 4) for s in table[i]]},
                ensure_ascii=False,
            )
            for i, (g, p) in enumerate(zip(gold, predicted, strict=True))
        ]
        path = self._report.folder / "artifacts" / f"rows-{self._spec.key}.jsonl"
        patiently(lambda: write_atomic(path, "\n".join(lines) + "\n"), self._report)
        self.artifacts["rows"] = str(path.relative_to(self._report.folder))
        self._report.artifact("rows", path)

    def _perplexity(self) -> dict[str, float]:
        texts = self._data.texts[:MOST_ROWS]
        table = score_in_chunks(
            "reading",
            [""] * len(texts),
            [[text] for text in texts],
            texts=texts,
            batch_size=self._spec.batch_size,
            engine=self._engine,
            ledger=self._ledger,
            report=self._report,
        )
        value, stderr = perplexity([row[0] for row in table])
        self.facts["perplexity_rows"] = len(texts)
        return {"perplexity": value, "perplexity_stderr": stderr}

    def _latency(self) -> dict[str, float]:
        kept = self._ledger.values("timing")
        if kept is None:
            with Bystanders() as others:
                found = self._timed()
            self._ledger.add_values("bystanders", {"share": others.share})
            self._ledger.add_values("timing", {name: measurement.to_dict() for name, measurement in found.items()})
            self._warn(others.share)
        else:
            found = {name: Measurement.from_dict(values) for name, values in kept.items()}
        self.facts["others_cpu_share"] = round((self._ledger.values("bystanders") or {}).get("share", 0.0), 3)
        self.measurements |= found
        return {name: measurement.p50 for name, measurement in found.items()}

    def _warn(self, share: float) -> None:
        if share > _BUSY:
            text = _("Other processes used {share:.0%} of the processor: believe these timings only roughly.")
            self._report.message(text.format(share=share))

    def _timed(self) -> dict[str, Measurement]:
        engine, requests = self._engine(), self._spec.requests
        self._report.progress("timing", 0, requests, "requests")

        def heard(done: int) -> None:
            self._report.progress("timing", done, requests, "requests")
            if done < requests:  # else a stop would throw away what is just complete
                self._report.check()

        return measure_latency(
            engine,
            self._data.prompts()[:requests],
            requests=requests,
            new_tokens=self._spec.new_tokens,
            on_progress=heard,
        )

    def _memory(self) -> dict[str, float]:
        kept = self._ledger.values("weighing")
        if kept is None:
            kept = self._weighed()
            self._ledger.add_values("weighing", kept)
        return dict(kept)

    def _weighed(self) -> dict[str, float]:
        engine = self._engine()
        self._report.progress("weighing", 0, 1)
        rows = self._data.prompts()[:_MEMORY_ROWS]
        gc.collect()
        _give_back_free_memory()
        with PeakMemory() as memory:
            engine.score(rows, [self._data.labels] * len(rows))
            for _token in engine.generate(rows[0], max_new_tokens=self._spec.new_tokens, ignore_end=True):
                self._report.check()
        return {
            "max_ram_mib": memory.peak_mib,
            "weight_mib": engine.footprint() / MIB,
            "file_size_mib": engine.file_size() / MIB,
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
