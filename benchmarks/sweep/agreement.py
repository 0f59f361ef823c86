"""Our perplexity beside that of the peer's own tool on the same texts."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kit
from benchmarks.sweep.setup import Setup
from benchmarks.sweep.variants import ready
from kit.data import open_data
from kit.engines.hf.prompt import start_of_text
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.llamacpp.decoder import LlamaDecoder
from kit.engines.local.probability import log_softmax
from kit.report import Report

THROUGH_TRANSFORMERS = ("fp32", "bf16", "bnb-int8", "bnb-nf4")
_CHUNK = 512  # tokens that llama-perplexity reads at a time; it counts those of the second half
_ESTIMATE = re.compile(r"Final estimate: PPL = ([\d.]+)")


def measured(setup: Setup) -> dict[str, Any]:
    """Return, by method, our perplexity over the peer's."""
    found: dict[str, Any] = {}
    for method in [name for name in ready(setup) if name in THROUGH_TRANSFORMERS]:
        ours, theirs = _ours_per_byte(setup, method), _lm_eval(setup, method)
        found[method] = {"peer": "lm-eval", "ours": ours, "theirs": theirs, "ratio": round(ours / theirs, 5)}
    if setup.options.llama_cpp:
        for method in [name for name in ready(setup) if name.startswith("gguf-")]:
            ours, theirs = _llama_cpp(setup, method)
            found[method] = {
                "peer": "llama-perplexity",
                "ours": ours,
                "theirs": theirs,
                "ratio": round(ours / theirs, 5),
            }
    return {"agreement": found}


def _ours_per_byte(setup: Setup, method: str) -> float:
    spec = kit.EvaluateSpec(
        variant=kit.Variant(model=setup.options.model, method=method), data=setup.plain(), measures=("perplexity",)
    )
    return setup.carried_out(f"ours-{method}", spec).metrics["byte_perplexity"]


def _lm_eval(setup: Setup, method: str) -> float:
    task = kit.export_task(setup.plain(), setup.folder / "tasks", name="plain")
    asked = {"model": str(setup.model), "method": method, "tasks": [str(task)]}
    told = run_tool("lm_eval_variant", asked, sys.executable)
    return float(told["results"]["plain"]["byte_perplexity,none"])


def run_tool(name: str, asked: dict[str, Any], python: str) -> dict[str, Any]:
    """Run one of `benchmarks.sweep.tools` in a process of its own, and return what it prints last."""
    done = subprocess.run(
        [python, "-m", f"benchmarks.sweep.tools.{name}"],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    if done.returncode:
        sys.exit(f"{name} failed on {asked}; see above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _llama_cpp(setup: Setup, method: str) -> tuple[float, float]:
    """Return perplexity over the second half of each chunk of one long text, as llama-perplexity has it."""
    gguf = _gguf_of(kit.Variant(model=setup.options.model, method=method, calibration=setup.calibration()), setup)
    text = "\n".join(row.text for row in open_data(setup.plain()).items)
    file = setup.folder / "plain.txt"
    file.write_text(text, encoding="utf-8")
    command = [str(setup.options.llama_cpp / "llama-perplexity"), "-m", str(gguf), "-f", str(file), "-c", str(_CHUNK)]
    done = subprocess.run([*command, "-t", "2"], capture_output=True, text=True, check=True)
    estimate = _ESTIMATE.search(done.stdout + done.stderr)
    assert estimate is not None, done.stderr[-2000:]
    return _by_chunks(gguf, load_tokenizer(setup.model), text), float(estimate[1])


def _by_chunks(gguf: Path, tokenizer: Any, text: str) -> float:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    begins = bool(getattr(tokenizer, "add_bos_token", False))
    decoder = LlamaDecoder(gguf)
    nats, counted, first = 0.0, 0, _CHUNK // 2
    for start in range(0, len(ids) - _CHUNK + 1, _CHUNK):
        chunk = ids[start : start + _CHUNK]
        decoder.forget(0)
        table = log_softmax(decoder.read([start_of_text(tokenizer), *chunk[1:]] if begins else chunk, keep=_CHUNK))
        nats -= sum(float(table[place, chunk[place + 1]]) for place in range(first, _CHUNK - 1))
        counted += _CHUNK - 1 - first
    decoder.close()
    return math.exp(nats / counted)


def _gguf_of(variant: kit.Variant, setup: Setup) -> Path:
    from kit.quantization.artefacts import made
    from kit.quantization.load import calibration_of
    from kit.quantization.registry import get_method

    method = get_method(variant.method)
    folder = made(setup.model, method, Report(setup.folder), calibration_of(variant, method))
    return next(folder.glob("*.gguf"))
