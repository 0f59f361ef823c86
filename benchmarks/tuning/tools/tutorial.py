"""The tutorial: what one finds when one looks up how to tune a model with LoRA.

`Trainer` of Transformers and peft, float32, rows padded to the longest of their batch (many tutorials pad all to one
length, which is slower still), in an order shuffled by the seed. Labels are -100 but at the answer, which tutorials
often leave out: otherwise the loss would be of another quantity. ``settings``: "bf16" trains under autocast to bf16.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks.tuning.job import Job, read_job, read_rows
from benchmarks.tuning.turns import Turns


def main() -> None:
    """Train as the job in the file says that the command line names."""
    turns = Turns(time.perf_counter())
    train(read_job(sys.argv[1]), turns)
    turns.ended()


def train(job: Job, turns: Turns) -> None:
    """Train, and save the adapter."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        DataCollatorForSeq2Seq,
        Trainer,
        TrainingArguments,
    )

    from benchmarks.tuning.tools.pauses import Pauses

    tokenizer = AutoTokenizer.from_pretrained(job.model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    base: Any = AutoModelForCausalLM.from_pretrained(job.model, dtype=torch.float32)
    lora = LoraConfig(r=job.rank, lora_alpha=job.alpha, target_modules=list(job.targets), task_type="CAUSAL_LM")
    model = get_peft_model(base, lora)
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=job.folder,
            per_device_train_batch_size=job.batch_size,
            max_steps=job.steps,
            learning_rate=job.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=job.warmup_steps,
            logging_steps=10,
            save_strategy="no",
            report_to="none",
            seed=job.seed,
            use_cpu=not torch.cuda.is_available(),
            bf16=bool(job.settings.get("bf16", False)),
        ),
        train_dataset=examples(job),
        data_collator=DataCollatorForSeq2Seq(tokenizer),
        callbacks=[Pauses(turns, job)],
    )
    trainer.train()
    model.save_pretrained(str(job.adapter))


def examples(job: Job) -> list[dict[str, Any]]:
    """Return rows as `Trainer` reads them."""
    return [
        {
            "input_ids": row.question + row.answer,
            "attention_mask": [1] * len(row),
            "labels": [-100] * len(row.question) + row.answer,
        }
        for row in read_rows(job.train)
    ]


if __name__ == "__main__":
    main()
