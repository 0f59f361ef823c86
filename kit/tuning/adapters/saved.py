"""What was trained, as others load it: an adapter of plain peft, or a whole model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peft import PromptTuningConfig
from safetensors.torch import load_file, save_file

from kit.engines.hf.convert import say_rope_theta
from kit.engines.hf.tokenizer import load_tokenizer
from kit.tuning.adapters.prepared import Prepared, prepared_as
from kit.tuning.adapters.prompt import prompt_of
from kit.tuning.adapters.start import Tensors, config_since_the_start, since_the_start
from kit.tuning.durable import os_errors, rebuilt

NOTE = "tunebook.json"  # beside the adapter: what the model was told and may answer
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def save_adapter(
    model: Any,
    folder: Path,
    *,
    base: str,
    hub_id: str | None,
    note: dict[str, Any],
    state: Tensors | None = None,
) -> None:
    """Write what `model` has learnt to `folder`, replacing an earlier one only when the new one is complete.

    An adapter is written as plain peft puts it on the model as it was, whatever the training began with; of full tuning
    a whole model is written, with its tokenizer.

    Parameters
    ----------
    base : str
        The model it belongs to, as specs name it.
    hub_id : str, optional
        Its public name, by which plain peft finds the base elsewhere.
    note : dict
        Kept in ``tunebook.json``: "instruction" and "labels".
    state : dict of str to Tensor, optional
        The weights by name, where those of `model` are parts of them (shards).

    Raises
    ------
    OSError
        It cannot be written; an earlier one is as it was.
    """
    prepared = prepared_as(model) or Prepared("lora", Path(base))
    write = _WRITERS.get(prepared.method, _write_peft)
    with rebuilt(folder) as building:
        with os_errors(folder):
            write(model, building, prepared, state)
        (building / "README.md").unlink(missing_ok=True)  # a form to fill in, which nobody did
        if (building / CONFIG).exists():
            config = json.loads((building / CONFIG).read_text(encoding="utf-8"))
            config["base_model_name_or_path"] = hub_id or base
            (building / CONFIG).write_text(json.dumps(config, indent=2), encoding="utf-8")
        text = json.dumps({"base": base, **note}, indent=2, ensure_ascii=False)
        (building / NOTE).write_text(text, encoding="utf-8")


def _write_peft(model: Any, building: Path, prepared: Prepared, state: Tensors | None) -> None:
    model.save_pretrained(building, state_dict=state)
    if state is not None:
        _add_absent(building, state)
    if not prepared.start:
        return
    weights = since_the_start(load_file(building / WEIGHTS), prepared.start)
    save_file(weights, building / WEIGHTS, metadata={"format": "pt"})
    config = json.loads((building / CONFIG).read_text(encoding="utf-8"))
    (building / CONFIG).write_text(json.dumps(config_since_the_start(config)), encoding="utf-8")


def _add_absent(building: Path, state: Tensors) -> None:
    """Add what peft leaves out: weights of layers that this process does not hold."""
    weights = load_file(building / WEIGHTS)
    named = {_saved_name(name): weight for name, weight in state.items()}
    if named.keys() - weights.keys():
        every = {name: weight.detach().cpu().contiguous() for name, weight in named.items()}
        save_file(every | weights, building / WEIGHTS, metadata={"format": "pt"})


def _saved_name(name: str) -> str:
    """Return how peft calls a trained weight in its files: without the adapter's own name."""
    plain = name.replace(".default", "")
    return plain.removesuffix(".weight") if plain.endswith("lora_magnitude_vector.weight") else plain


def _write_prompt(model: Any, building: Path, _prepared: Prepared, state: Tensors | None) -> None:
    learned = prompt_of(model)
    assert learned is not None
    name = next(name for name, weight in model.named_parameters() if weight is learned.prompt)
    weight = (state or {name: learned.prompt})[name].detach().cpu().contiguous()
    text = model.config.get_text_config()
    config = PromptTuningConfig(
        task_type="CAUSAL_LM",
        num_virtual_tokens=len(weight),
        token_dim=weight.shape[1],
        num_transformer_submodules=1,
        num_attention_heads=text.num_attention_heads,
        num_layers=text.num_hidden_layers,
        inference_mode=True,
    )
    config.save_pretrained(str(building))
    save_file({"prompt_embeddings": weight}, building / WEIGHTS, metadata={"format": "pt"})


def _write_model(model: Any, building: Path, prepared: Prepared, state: Tensors | None) -> None:
    say_rope_theta(model.config)
    model.save_pretrained(building, **({} if state is None else {"state_dict": state}))
    load_tokenizer(prepared.folder).save_pretrained(building)


_WRITERS: dict[str, Callable[[Any, Path, Prepared, Tensors | None], None]] = {
    "prompt": _write_prompt,
    "full": _write_model,
}
