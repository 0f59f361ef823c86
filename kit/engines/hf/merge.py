"""An adapter folded into its base, once, so that every quantization method starts from the same weights."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from kit.models.folder import read_json
from kit.place import cache, trim
from kit.report import Report

_FP32_BELOW = 2**31  # bytes of base weights; above, the merged copy keeps the base's own precision


def merged_folder(base: Path, adapter: Path, report: Report) -> Path:
    """Return a folder with `adapter` merged into `base`; made on the first call, found on later ones.

    The sum W + (alpha / rank) B A is computed in float32. Small models are also stored so; a large one is stored in
    the precision of its base, which rounds the sum. A learned prompt becomes tokens of the model. Where the adapter's
    training left a merged model beside it, this is taken: trained for a quantization, it is right to the last bit.
    """
    left = adapter.parent / "merged"
    if _made_of(left, adapter):
        return left
    target = cache() / "merged" / _key(base, adapter)
    if (target / "config.json").exists():
        os.utime(target / "config.json")  # used last: what is old is cleared away
        return target
    import torch
    from peft import PeftModel

    from kit.engines.hf.learned_prompt import put_in
    from kit.engines.hf.load import load_model
    from kit.engines.hf.tokenizer import load_tokenizer

    report.progress("merging", 0, 1)
    target.parent.mkdir(parents=True, exist_ok=True)
    trim(target.parent)
    building = Path(tempfile.mkdtemp(dir=target.parent, prefix=".merging."))
    try:
        model = load_model(base, dtype=torch.float32, device=torch.device("cpu"))
        stored = sum(path.stat().st_size for path in base.glob("*.safetensors"))
        tokenizer = load_tokenizer(base)
        if (read_json(adapter / "adapter_config.json") or {}).get("peft_type") == "PROMPT_TUNING":
            put_in(model, tokenizer, adapter)
        else:
            model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        if stored > _FP32_BELOW:
            model = model.to(torch.bfloat16)
        model.save_pretrained(building)
        tokenizer.save_pretrained(building)
        if not target.exists():
            os.replace(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    report.progress("merging", 1, 1)
    return target


def adapter_hash(adapter: Path) -> str:
    """Return the SHA-256 of the weights of `adapter`, as a merged model notes it that was made of them."""
    with (adapter / "adapter_model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _made_of(merged: Path, adapter: Path) -> bool:
    note = read_json(merged / "tunebook.json") or {}
    return note.get("adapter_sha256") == adapter_hash(adapter) if "adapter_sha256" in note else False


def _key(base: Path, adapter: Path) -> str:
    digest = hashlib.sha256(os.fspath(base.resolve()).encode())
    for path in [*sorted(base.glob("*.safetensors")), base / "config.json"]:
        stat = path.stat()
        digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        digest.update((adapter / name).read_bytes())
    return digest.hexdigest()[:16]
