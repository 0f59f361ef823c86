"""LLaMA-Factory, in an environment of its own, called as its command line calls itself.

``settings`` go into its arguments as they are. Rows come as texts in which the model's own template stands already
("empty" is the name of a template that adds nothing).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.tuning.job import Job, read_job, read_rows
from benchmarks.tuning.turns import Turns


def main() -> None:
    """Train as the job in the file says that the command line names."""
    turns = Turns(time.perf_counter())
    train(read_job(sys.argv[1]), turns)
    turns.ended()


def train(job: Job, turns: Turns) -> None:
    """Train; it saves the adapter itself."""
    from llamafactory.train.tuner import run_exp

    from benchmarks.tuning.tools.pauses import Pauses

    run_exp(arguments(job, dataset(job)), callbacks=[Pauses(turns, job)])


def dataset(job: Job) -> Path:
    """Write the rows as it reads them, and return the folder."""
    folder = Path(job.folder) / "data"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"instruction": row.prompt, "input": "", "output": row.reply} for row in read_rows(job.train)]
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "dataset_info.json").write_text(json.dumps({"rows": {"file_name": "rows.json"}}), encoding="utf-8")
    return folder


def arguments(job: Job, folder: Path) -> dict[str, Any]:
    """Return what stands in its configuration file."""
    plain = {
        "model_name_or_path": job.model,
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": job.rank,
        "lora_alpha": job.alpha,
        "lora_dropout": 0.0,
        "lora_target": ",".join(job.targets),
        "dataset_dir": str(folder),
        "dataset": "rows",
        "template": "empty",
        "cutoff_len": job.max_length + 1,
        "output_dir": str(job.adapter),
        "per_device_train_batch_size": job.batch_size,
        "gradient_accumulation_steps": 1,
        "max_steps": job.steps,
        "learning_rate": job.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": job.warmup_steps,
        "disable_gradient_checkpointing": True,  # on by default, for memory; slower
        "logging_steps": 10,
        "save_strategy": "no",
        "report_to": "none",
        "seed": job.seed,
        "use_cpu": True,
        "bf16": True,
    }
    return {**plain, **job.settings}


if __name__ == "__main__":
    main()
