"""Put an adapter on a model, and keep it as plain peft reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from peft import LoraConfig, get_peft_model
from torch import nn

from kit.errors import UnknownNameError
from kit.i18n import _
from kit.tuning.durable import os_errors, rebuilt
from kit.tuning.spec import TuneSpec

NOTE = "tunebook.json"  # beside the adapter: what the model was told and may answer


def add_adapter(model: Any, spec: TuneSpec) -> Any:
    """Return `model` with a LoRA adapter (Hu et al. 2021, arXiv:2106.09685) that trains in float32.

    Raises
    ------
    UnknownNameError
        A target module that the model does not have.
    """
    known = sorted({name.rpartition(".")[2] for name, module in model.named_modules() if isinstance(module, nn.Linear)})
    for name in spec.target_modules:
        if name not in known:
            raise UnknownNameError("target_modules", name, known)
    config = LoraConfig(
        r=spec.rank,
        lora_alpha=spec.alpha,  # type: ignore[arg-type]
        lora_dropout=spec.dropout,
        target_modules=list(spec.target_modules),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def save_adapter(model: Any, folder: Path, *, base: str, hub_id: str | None, note: dict[str, Any]) -> None:
    """Write the adapter to `folder`, replacing an earlier one only when the new one is complete.

    Parameters
    ----------
    base : str
        The model it belongs to, as specs name it.
    hub_id : str, optional
        Its public name, by which plain peft finds the base elsewhere.
    note : dict
        Kept in ``tunebook.json``: "instruction" and "labels".

    Raises
    ------
    OSError
        It cannot be written; an earlier one is as it was.
    """
    with rebuilt(folder) as building:
        with os_errors(folder):
            model.save_pretrained(building)
        (building / "README.md").unlink(missing_ok=True)  # a form to fill in, which nobody did
        config = json.loads((building / "adapter_config.json").read_text(encoding="utf-8"))
        config["base_model_name_or_path"] = hub_id or base
        (building / "adapter_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
        text = json.dumps({"base": base, **note}, indent=2, ensure_ascii=False)
        (building / NOTE).write_text(text, encoding="utf-8")


def how_many(model: Any) -> str:
    """Return how many weights train, in words."""
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    everything = sum(p.numel() for p in model.parameters())
    return _("{trained:,} of {everything:,} weights train ({share:.2%}).").format(
        trained=trained, everything=everything, share=trained / everything
    )
