"""The whole path on one training and one test file: tune with the defaults, then sweep four methods.

``python -m benchmarks.quickstart --json`` uses the bundled alerts, ``--train FILE --test FILE --text COLUMN --label
COLUMN`` any others. Progress goes to standard error; the last line of standard output is one JSON object:
``acc_base`` (untuned) and ``acc_tuned``, both in the precision that was tuned, and one entry for each method.
``--quick`` takes few rows and few steps: it shows that everything works, not how well.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import kit
from kit.data import Dataset, open_data
from kit.spec import Spec

METHODS = ("fp32", "bf16", "bnb-int8", "bnb-nf4")
REPORTED = (
    "acc",
    "acc_stderr",
    "macro_f1",
    "macro_f1_stderr",
    "perplexity",
    "perplexity_stderr",
    "ttft_s",
    "tpot_s",
    "decode_tokens_per_s",
    "prefill_tokens_per_s",
    "max_ram_mib",
    "weight_mib",
    "file_size_mib",
)


def main() -> None:
    """Run the benchmark."""
    options = parse()
    began = time.time()
    train, test = read(options)
    tuned = finish(kit.TuneSpec(model=options.model, data=train, **({"epochs": 1.0} if options.quick else {})))
    precision = {"bfloat16": "bf16", "float32": "fp32"}[tuned.result.facts["precision"]]
    base = finish(
        kit.EvaluateSpec(
            variant=kit.Variant(model=options.model, method=precision),
            data=asked_alike(test, tuned),
            measures=("accuracy",),
        )
    ).result
    sizes = {"requests": 3, "new_tokens": 8} if options.quick else {}
    swept = finish(kit.SweepSpec(model=tuned, data=test, methods=METHODS, **sizes)).result
    rows = [row(part) for part in swept.parts]
    report = {
        "acc_base": base.metrics["acc"],
        "acc_base_stderr": base.metrics["acc_stderr"],
        "acc_tuned": next((r["acc"] for r in rows if r["method"] == precision), None),
        "tuned_in": precision,
        "train_rows": tuned.result.facts["rows"],
        "test_rows": base.facts["rows"],
        "tune_s": round(tuned.status.elapsed_s or 0, 1),
        "steps": tuned.result.metrics["steps"],
        "tune_max_ram_mib": tuned.result.metrics["peak_memory_mib"],
        "seconds": round(time.time() - began, 1),
        "quick": options.quick,
        "weights_note": tuned.result.facts["weights_note"],
        "machine": str(kit.this_machine()),
        "sweep": rows,
    }
    if not options.json:
        table(report)
    print(json.dumps(report))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON")
    parser.add_argument("--quick", action="store_true", help="few rows, few steps")
    parser.add_argument("--train", help="training rows (JSONL, CSV or Parquet); left out, the bundled alerts")
    parser.add_argument("--test", help="test rows")
    parser.add_argument("--text", default="text", help="the column with the text")
    parser.add_argument("--label", default="label", help="the column with the label")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    options = parser.parse_args()
    if bool(options.train) != bool(options.test):
        parser.error("--train and --test go together")
    return options


def read(options: argparse.Namespace) -> tuple[Dataset, Dataset]:
    """Return training and test rows, the test rows with the labels of the training rows."""
    few = {"train": 64, "test": 32} if options.quick else {"train": None, "test": None}
    columns = {"text": options.text, "label": options.label}
    if not options.train:
        train = kit.load_data("finance-alerts", split="train", limit=few["train"])
        return train, kit.load_data("finance-alerts", split="test", limit=few["test"])
    train = kit.load_data(options.train, **columns, limit=few["train"])
    return train, kit.load_data(options.test, **columns, labels=train.labels, limit=few["test"])


def asked_alike(test: Dataset, tuned: kit.Run) -> kit.DataSpec:
    """Return the test rows with the instruction and labels that the tuned model has learnt."""
    trained = open_data(tuned.spec.data)  # type: ignore[attr-defined]
    return test.spec.replace(instruction=trained.instruction, labels=trained.labels)


def finish(spec: Spec) -> kit.Run:
    """Carry `spec` out in a process of its own and show how far it is."""
    run = kit.start(spec)
    said = ""
    while not run.status.over:
        line = f"{run.id}: {run.status}"
        if line != said:
            print(line, file=sys.stderr)
        said = line
        time.sleep(2)
    print(f"{run.id}: {run.status}", file=sys.stderr)
    return run


def row(part: kit.Result) -> dict[str, Any]:
    """Return what is reported of one method."""
    found: dict[str, Any] = {"method": part.facts["method"], "status": part.status}
    found |= {name: part.metrics.get(name) for name in REPORTED}
    found["verdict"] = part.facts.get("verdict", {}).get("sentence")
    if part.error:
        found["error"] = part.error["message"]
    return found


def table(report: dict[str, Any]) -> None:
    """Print the report for people."""
    print(f"untuned {report['acc_base']:.3f} -> tuned {report['acc_tuned']:.3f} on {report['test_rows']} rows")
    for r in report["sweep"]:
        print(f"{r['method']:10} {r['status']:12} {r['verdict'] or r.get('error', '')}")


if __name__ == "__main__":
    main()
