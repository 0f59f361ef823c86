"""trl's `SFTTrainer`, in an environment of its own.

``settings``: "dtype" of the frozen weights, and whatever else goes into `SFTConfig`. Rows come as token ids with a mask
of the completion, as trl makes them itself from prompts and completions.
"""

from __future__ import annotations

import sys
import time

from benchmarks.tuning.job import Job, read_job, read_rows
from benchmarks.tuning.turns import Turns


def main() -> None:
    """Train as the job in the file says that the command line names."""
    turns = Turns(time.perf_counter())
    train(read_job(sys.argv[1]), turns)
    turns.ended()


def train(job: Job, turns: Turns) -> None:
    """Train, and save the adapter."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    from benchmarks.tuning.tools.pauses import Pauses

    rows = read_rows(job.train)
    more = dict(job.settings)
    given = {"dtype": more.pop("dtype", "float32"), "attn_implementation": more.pop("attn_implementation", "sdpa")}
    plain = {
        "output_dir": job.folder,
        "per_device_train_batch_size": job.batch_size,
        "max_steps": job.steps,
        "learning_rate": job.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": job.warmup_steps,
        "max_length": job.max_length,
        "completion_only_loss": True,
        "gradient_checkpointing": False,  # on by default, for memory; slower
        "save_strategy": "no",
        "report_to": "none",
        "seed": job.seed,
        "use_cpu": True,
        "bf16": False,
    }
    trainer = SFTTrainer(
        model=job.model,
        args=SFTConfig(**{**plain, "model_init_kwargs": given, **more}),
        train_dataset=Dataset.from_dict(
            {
                "input_ids": [row.question + row.answer for row in rows],
                "completion_mask": [[0] * len(row.question) + [1] * len(row.answer) for row in rows],
            }
        ),
        peft_config=LoraConfig(
            r=job.rank, lora_alpha=job.alpha, target_modules=list(job.targets), task_type="CAUSAL_LM"
        ),
        callbacks=[Pauses(turns, job)],
    )
    trainer.train()
    trainer.model.save_pretrained(job.adapter)


if __name__ == "__main__":
    main()
