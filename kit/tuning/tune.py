"""Carry out a `TuneSpec`: LoRA on labelled texts, in a loop on accelerate."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed

from kit.engines.hf.load import best_device, has_fast_bf16, load_model, load_tokenizer
from kit.engines.hf.prefix import can_share, shared_length
from kit.engines.prepare import ready_folder
from kit.i18n import _
from kit.machine.facts import MIB
from kit.machine.memory import PeakMemory
from kit.models import Location
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.tuning.adapter import add_adapter, how_many, save_adapter
from kit.tuning.estimate import tuning_peak_bytes
from kit.tuning.example import Example, batches, encode_examples
from kit.tuning.loss import AnswerLoss
from kit.tuning.ranks import in_ranks, tune_in_ranks
from kit.tuning.schedule import evaluation_steps, share_of_peak, total_steps
from kit.tuning.spec import TuneSpec
from kit.tuning.validate import Validation, training_and_validation, validate

_EVALUATION_BATCH = 16


def tune(spec: Spec, report: Report) -> Result:
    """Tune the model of `spec` and leave an adapter that plain peft loads.

    Asked to stop, it stops after the step it is in; the adapter as far as it got is kept.
    """
    assert isinstance(spec, TuneSpec)
    if spec.processes > 1 and not in_ranks():
        return tune_in_ranks(spec, report)
    return _Tuning(spec, report).run()


class _Tuning:
    def __init__(self, spec: TuneSpec, report: Report) -> None:
        self.spec, self.report = spec, report
        report.progress("loading")
        self.train, self.held = training_and_validation(spec.data, spec.validation, spec.seed)
        folder, self.location = ready_folder(spec.model, report)
        report.progress("loading")
        self.accelerator = Accelerator(cpu=best_device().type == "cpu")
        set_seed(spec.seed)
        self.tokenizer = load_tokenizer(folder)
        self.dtype = _precision(spec.precision)
        self.base = _base_name(spec.model, self.location, folder)
        self.model = add_adapter(load_model(folder, dtype=self.dtype, device=self.accelerator.device), spec)
        self.examples = encode_examples(self.tokenizer, self.train, spec.max_length)
        self.held_examples = encode_examples(self.tokenizer, self.held, spec.max_length)
        self.total = total_steps(len(self.examples), spec.batch_size, spec.epochs, spec.steps)
        self.before: Validation | None = None
        self.last = Validation(float("inf"), 0.0, ())

    def run(self) -> Result:
        report = self.report
        report.message(how_many(self.model))
        self._say_estimate()
        with PeakMemory() as memory:
            self.before = self._evaluate(0, memory)
            stopped_at = self._train(memory)
            self._save()
        report.metric("peak_memory_mib", memory.peak_mib)
        return self._result(memory, stopped_at)

    def _train(self, memory: PeakMemory) -> int:
        """Train and return after how many steps it ended: all of them, or those before a stop was asked for."""
        spec = self.spec
        loss_of = AnswerLoss(self.model, pad=self.tokenizer.pad_token_id or 0)
        weights = [p for p in self.model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=spec.learning_rate, weight_decay=0.0)
        module, optimizer = self.accelerator.prepare(loss_of, optimizer)
        self.model.train()
        order = batches(self.examples, size=spec.batch_size, seed=spec.seed)
        evaluate_after = evaluation_steps(self.total, spec.evaluations)
        for step in range(1, self.total + 1):
            if self._stop_asked():
                return step - 1
            started = time.perf_counter()
            rate = spec.learning_rate * share_of_peak(
                step - 1, total=self.total, warmup_share=spec.warmup_share, schedule=spec.schedule
            )
            for group in optimizer.param_groups:
                group["lr"] = rate
            rows = [self.examples[i] for i in next(order)]
            loss = self._step(module, optimizer, weights, rows)
            self._say_step(step, loss, rate, sum(map(len, rows)) / (time.perf_counter() - started))
            self.report.metric("peak_memory_mib", memory.peak_mib)
            if step in evaluate_after:
                self.last = self._evaluate(step, memory)
                if step < self.total:
                    self._save()
        return self.total

    def _step(self, module: Any, optimizer: Any, weights: list[Any], rows: list[Example]) -> float:
        """Make one optimizer step on `rows`, spread over processes and micro-batches, and return its loss."""
        accelerator = self.accelerator
        world, rank = accelerator.num_processes, accelerator.process_index
        tokens = sum(len(row.answer) for row in rows)
        mine = rows[rank::world]
        size = max((self.spec.micro_batch_size or self.spec.batch_size) // world, 1)
        parts = [mine[i : i + size] for i in range(0, len(mine), size)] or [rows[:1]]
        weight = world / tokens if mine else 0.0  # data-parallel gradients are averaged over processes
        loss = torch.zeros((), device=accelerator.device)
        for i, part in enumerate(parts):
            last = i == len(parts) - 1  # processes exchange gradients once a step
            with nullcontext() if last else accelerator.no_sync(module):
                part_loss = module(part) * weight
                accelerator.backward(part_loss)
            loss += part_loss.detach()
        accelerator.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return float(accelerator.reduce(loss, reduction="mean"))

    def _say_step(self, step: int, loss: float, rate: float, tokens_per_s: float) -> None:
        """Report one step; tokens are those of the rows, a shared beginning counted for each row."""
        self.report.metric("loss", loss, step=step)
        self.report.metric("learning_rate", rate, step=step)
        self.report.metric("tokens_per_s", tokens_per_s, step=step)
        self.report.progress("training", step, self.total, "steps")

    def _evaluate(self, step: int, memory: PeakMemory) -> Validation:
        rows = len(self.held)
        self.report.progress("validating", 0, rows, "rows")
        found = validate(
            self.model,
            self.tokenizer,
            self.held,
            self.held_examples,
            batch_size=_EVALUATION_BATCH,
            on_progress=lambda done: self.report.progress("validating", done, rows, "rows"),
        )
        self.report.metric("validation_loss", found.loss, step=step)
        self.report.metric("validation_accuracy", found.accuracy, step=step)
        self.report.metric("peak_memory_mib", memory.peak_mib)
        before = (self.before or found).answers
        row = _telling_row(self.held.answers, before, found.answers)
        answer = {"text": self.held.texts[row], "gold": self.held.answers[row]}
        self.report.record("answer", {**answer, "answer": found.answers[row], "before": before[row]})
        self.report.progress("training", step, self.total, "steps")
        return found

    def _stop_asked(self) -> bool:
        """Has a stop been asked for in any process?"""
        asked = torch.tensor(float(self.report.stop_asked()), device=self.accelerator.device)
        return bool(self.accelerator.reduce(asked, reduction="sum") > 0)

    def _save(self) -> None:
        if not self.accelerator.is_main_process:
            return
        folder: Path = self.report.folder / "artifacts" / "adapter"
        folder.parent.mkdir(parents=True, exist_ok=True)
        note = {"instruction": self.train.instruction, "labels": list(self.train.labels)}
        save_adapter(self.model, folder, base=self.base, hub_id=_hub_id(self.location), note=note)
        self.report.artifact("adapter", folder)

    def _say_estimate(self) -> None:
        card = self.location.card
        if card is None:
            return
        size = self.spec.micro_batch_size or self.spec.batch_size
        longest = sorted(self.examples, key=len, reverse=True)[:size]
        shared = shared_length([e.question for e in longest]) if can_share(self.model) else 0
        peak = tuning_peak_bytes(
            card,
            bits=torch.finfo(self.dtype).bits,
            rank=self.spec.rank,
            tokens=shared + sum(len(e) - shared for e in longest),
            answers=sum(len(e.answer) for e in longest),
            targets=len(self.spec.target_modules),
        )
        self.report.record("estimate", {"peak_memory_mib": peak / MIB})

    def _result(self, memory: PeakMemory, steps: int) -> Result:
        assert self.before is not None
        finished = steps == self.total
        if not finished:
            self.report.message(_("Stopped after step {n} of {total}.").format(n=steps, total=self.total))
        losses = {"validation_loss": self.last.loss, "validation_accuracy": self.last.accuracy}
        if not self.last.answers:  # stopped before the first evaluation
            losses = {}
        return Result(
            spec=self.spec.to_dict(),
            status="finished" if finished else "stopped",
            metrics={
                **losses,
                "validation_loss_before": self.before.loss,
                "validation_accuracy_before": self.before.accuracy,
                "peak_memory_mib": memory.peak_mib,
                "steps": steps,
            },
            artifacts={"adapter": "artifacts/adapter"},
            facts={
                "rows": len(self.train),
                "validation_rows": len(self.held),
                "labels": list(self.train.labels),
                "precision": str(self.dtype).removeprefix("torch."),
                "device": str(self.accelerator.device),
                "processes": self.accelerator.num_processes,
                "weights_note": self.location.note,
            },
            provenance={"data_hash": self.train.hash, "validation_hash": self.held.hash},
        )


def _precision(wanted: str) -> torch.dtype:
    fast = has_fast_bf16(best_device())
    return torch.bfloat16 if wanted == "bf16" or (wanted == "auto" and fast) else torch.float32


def _base_name(model: str, location: Location, folder: Path) -> str:
    """Return how the adapter names the model it stands on, so that it is found from any folder."""
    if location.adapter is not None:
        return str(folder)
    return os.path.abspath(os.path.expanduser(model)) if location.origin == "local" else model


def _hub_id(location: Location) -> str | None:
    return location.card.hub_id if location.card and location.adapter is None else None


def _telling_row(gold: tuple[str, ...], before: tuple[str, ...], now: tuple[str, ...]) -> int:
    """Return a row that training has put right, or else the first."""
    return next((i for i, label in enumerate(gold) if now[i] == label != before[i]), 0)
