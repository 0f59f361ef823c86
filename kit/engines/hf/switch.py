"""One loaded model that answers with several adapters in turn: the weights of the base are in memory once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import ParameterError, UnknownNameError, UnsupportedError
from kit.i18n import _


class SwitchableEngine(TransformersEngine):
    """An `Engine` whose answers are those of the adapter that it was last told to `use`; at first, of none.

    Parameters
    ----------
    model : peft model
        With all adapters.
    tokenizer
        Of the base.
    adapters : mapping of str to str
        What each is called, and what peft calls it.
    batch_size : int, default 32
        Rows scored at a time.
    """

    def __init__(self, model: Any, tokenizer: Any, adapters: Mapping[str, str], *, batch_size: int = 32) -> None:
        super().__init__(model, tokenizer, batch_size=batch_size)
        self.adapters = dict(adapters)
        self.used: str | None = None
        self.use(None)

    def use(self, adapter: str | None) -> None:
        """Answer with `adapter` from now on; None: as the base does.

        Raises
        ------
        UnknownNameError
            It was not loaded.
        """
        if adapter is not None and adapter not in self.adapters:
            raise UnknownNameError("adapter", adapter, self.adapters)
        if adapter is None:
            self.model.base_model.disable_adapter_layers()
        else:
            self.model.base_model.enable_adapter_layers()
            self.model.set_adapter(self.adapters[adapter], inference_mode=True)
        self.used = adapter


def switchable(
    folder: Path,
    adapters: Mapping[str, Path],
    *,
    dtype: torch.dtype,
    device: torch.device | None = None,
    batch_size: int = 32,
) -> SwitchableEngine:
    """Return the model in `folder` with `adapters` beside it, unmerged.

    Parameters
    ----------
    folder : Path
        ``config.json``, safetensors and tokenizer.
    adapters : mapping of str to Path
        Names, by which they are used, and folders of LoRA adapters of this model.
    dtype : torch.dtype
        Of the base.
    device : torch.device, optional
        Left out, a GPU where there is one.

    Raises
    ------
    ParameterError
        There is no adapter.
    UnsupportedError
        One is something else than LoRA.
    """
    if not adapters:
        raise ParameterError("adapters", dict(adapters), allowed=_("at least one"))
    for name, place in adapters.items():
        kind = json.loads((Path(place) / "adapter_config.json").read_text(encoding="utf-8")).get("peft_type")
        if kind != "LORA":
            problem = _("The adapter {name} is {kind}: only LoRA can be switched.").format(name=name, kind=kind)
            raise UnsupportedError(problem, fix=_("Load it by itself."))
    model: Any = load_model(folder, dtype=dtype, device=device)
    called = {name: f"adapter{i}" for i, name in enumerate(adapters)}  # peft's names become parts of modules: no dots
    for name, place in adapters.items():
        if isinstance(model, PeftModel):
            model.load_adapter(str(place), adapter_name=called[name])
        else:
            model = PeftModel.from_pretrained(model, str(place), adapter_name=called[name])
    return SwitchableEngine(model.eval(), load_tokenizer(folder), called, batch_size=batch_size)
