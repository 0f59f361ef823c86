"""From the fields of a tuning to the configuration of peft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peft import IA3Config, LoraConfig, PeftConfig, get_peft_model
from peft.utils.constants import TRANSFORMERS_MODELS_TO_IA3_FEEDFORWARD_MODULES_MAPPING as FEEDFORWARD
from transformers.pytorch_utils import Conv1D

from kit.errors import ParameterError
from kit.i18n import _
from kit.tuning.adapters.pissa import pissa_name
from kit.tuning.adapters.places import Place
from kit.tuning.adapters.rank_pattern import ranks_for_peft
from kit.tuning.adapters.targets import check_wrapped, chosen_places, names_for_peft
from kit.tuning.fields import MethodFields


def with_adapter(model: Any, spec: MethodFields) -> Any:
    """Return `model` with the adapter of `spec` on it, which trains in float32 on frozen weights.

    LoRA is Hu et al. 2021 (arXiv:2106.09685), rsLoRA Kalajdzievski 2023 (arXiv:2312.03732), DoRA Liu et al. 2024
    (arXiv:2402.09353), IA3 Liu et al. 2022 (arXiv:2205.05638).

    Raises
    ------
    UnknownNameError
        A target module, or a name in ``rank_pattern``, that the model does not have.
    ParameterError
        The layers that were asked for cannot have such an adapter.
    """
    chosen = chosen_places(model, spec.target_modules, first_layer=spec.first_layer)
    config = _ia3(model, chosen) if spec.method == "ia3" else _lora(model, spec, chosen)
    adapted = get_peft_model(model, config)
    check_wrapped(adapted.base_model, chosen)
    return adapted


def _lora(model: Any, spec: MethodFields, chosen: Sequence[Place]) -> PeftConfig:
    _check_experts(spec, chosen)
    modules, layers = names_for_peft(model, chosen)
    return LoraConfig(
        r=spec.rank,
        lora_alpha=spec.alpha,  # type: ignore[arg-type]
        lora_dropout=spec.dropout,
        target_modules=modules,
        layers_to_transform=layers,
        target_parameters=[place.name for place in chosen if place.experts] or None,
        rank_pattern=ranks_for_peft(spec.rank_pattern, chosen),
        use_rslora=spec.use_rslora,
        use_dora=spec.method == "dora",
        init_lora_weights=_start(model, spec, chosen),
        fan_in_fan_out=_stored_turned(model, chosen),
        task_type="CAUSAL_LM",
    )


def _ia3(model: Any, chosen: Sequence[Place]) -> PeftConfig:
    stacked = next((place for place in chosen if place.experts), None)
    if stacked is not None:
        raise _not_for_experts("target_modules", stacked.name, "IA3")
    modules, _none = names_for_peft(model, chosen, layers=False)
    scaled_before = FEEDFORWARD.get(model.config.model_type, ["down_proj", "fc2", "dense_4h_to_h", "mlp.c_proj"])
    before = [name for name in modules if any(Place(f".{name}").is_called(each) for each in scaled_before)]
    if not before:  # names such as mlp.c_proj mean some of the modules called c_proj
        before = [p.name for p in chosen if any(p.is_called(each) for each in scaled_before)]
        modules = [p.name for p in chosen] if before else modules
    return IA3Config(
        target_modules=modules,
        feedforward_modules=before,
        fan_in_fan_out=_stored_turned(model, chosen),
        task_type="CAUSAL_LM",
    )


def _start(model: Any, spec: MethodFields, chosen: Sequence[Place]) -> Any:
    """Return what peft calls the start of LoRA; that of LoftQ is put in later, since it depends on the plain weights.

    ("loftq" itself would make peft 0.21 go to a GPU, and forget that the adapter counts alpha / rank.)
    """
    if spec.init_lora_weights == "pissa":
        return pissa_name(max(min(_weight(model, place).shape) for place in chosen))
    return "gaussian" if spec.init_lora_weights == "gaussian" else True


def _check_experts(spec: MethodFields, chosen: Sequence[Place]) -> None:
    """Refuse what peft cannot do where the experts of a layer are one parameter."""
    stacked = next((place for place in chosen if place.experts), None)
    if stacked is None:
        return
    if spec.dropout > 0:
        allowed = _("0 where experts have an adapter ({name}): they have no input of their own to drop from")
        raise ParameterError("dropout", spec.dropout, allowed=allowed.format(name=stacked.name))
    if spec.method == "dora":
        raise _not_for_experts("method", spec.method, "DoRA")
    if spec.init_lora_weights != "default":
        raise _not_for_experts("init_lora_weights", spec.init_lora_weights, spec.init_lora_weights)


def _not_for_experts(parameter: str, value: str, what: str) -> ParameterError:
    allowed = _("plain LoRA where experts have an adapter: they are one parameter, which {what} does not know")
    return ParameterError(parameter, value, allowed=allowed.format(what=what))


def _stored_turned(model: Any, chosen: Sequence[Place]) -> bool:
    """Are weights stored as (inputs, outputs), as GPT-2 has them?"""
    modules = [model.get_submodule(place.name) for place in chosen if not place.experts]
    return bool(modules) and all(isinstance(module, Conv1D) for module in modules)


def _weight(model: Any, place: Place) -> Any:
    return model.get_submodule(place.name).weight
