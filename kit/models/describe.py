"""A card for a model that the catalogue does not have, made from its own files; weights are counted, never loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.errors import ModelNotFoundError, ParameterError, UnsupportedError
from kit.i18n import _
from kit.models.card import ModelCard
from kit.models.config_json import design, has_gate, text_part
from kit.models.counting import count_parameters, idle_parameters
from kit.models.folder import read_json
from kit.models.readme import readme_facts
from kit.models.tensors import Weights, weights_of_folder


def folder_card(folder: Path, *, hub_id: str = "") -> ModelCard:
    """Return the card of the model in `folder`, which need not hold the weights themselves.

    Parameters
    ----------
    folder : Path
        With a config.json; safetensors, their index and a README.md are read where they are.
    hub_id : str, default ""
        Where it came from.

    Raises
    ------
    ModelNotFoundError
        There is no config.json, or it is damaged.
    UnsupportedError
        It describes no language model, or states figures that cannot be.
    """
    facts = folder_facts(folder)
    name = hub_id or folder.name
    return _card({**facts, "hub_id": hub_id, "path": str(folder), "name": name, "title": name.split("/")[-1]}, folder)


def folder_facts(folder: Path) -> dict[str, Any]:
    """Return the fields of `ModelCard` that the files in `folder` tell, but for its name and title.

    Raises
    ------
    ModelNotFoundError, UnsupportedError
        As `folder_card`.
    """
    config = read_json(folder / "config.json")
    if config is None:
        raise ModelNotFoundError(
            _("{folder} holds no config.json that can be read.").format(folder=folder),
            fix=_("Give a folder as save_pretrained writes it, or correct the path."),
        )
    chat = any((folder / name).is_file() for name in ("chat_template.jinja", "chat_template.json"))
    chat = chat or "chat_template" in (read_json(folder / "tokenizer_config.json") or {})
    return facts_of(
        config, weights_of_folder(folder, config), _text(folder / "README.md"), chat, str(folder / "config.json")
    )


def facts_of(config: Mapping[str, Any], weights: Weights, readme: str, chat: bool, source: str) -> dict[str, Any]:
    """Return the fields of `ModelCard` that `config`, what is known of the weights, and a README tell."""
    shape = design(config, tied=weights.tied)
    family = str(text_part(config).get("model_type") or config.get("model_type") or "unknown")
    tasks = ["chat", "completion"] if chat else ["completion"]
    if shape["modality"] != "text":
        tasks.append("vision")
    facts: dict[str, Any] = {
        **shape,
        "family": family.removesuffix("_text"),
        "licence": "unknown",
        "licence_commercial": "unknown",
        "gated": False,
        "own_code": "auto_map" in config,
        "tasks": tasks,
        "source": source,
        **readme_facts(readme),
    }
    if weights.vision:
        facts["vision_parameters"] = weights.vision
    if weights.parameters is None and shape["modality"] != "text":
        facts["unverified"] = ["parameters"]  # the vision tower cannot be counted from its config
    return _counted(facts, weights.parameters, source, has_gate(config))


def _counted(facts: dict[str, Any], parameters: int | None, source: str, gate: bool) -> dict[str, Any]:
    """Return `facts` with how many weights there are, and how many of them work on one token."""
    trial = _card(
        {**facts, "name": "?", "title": "?", "path": "?", "parameters": facts.get("vision_parameters", 1)}, source
    )
    plain = 0 if gate else trial.layers * trial.hidden_size * trial.intermediate_size
    total = parameters or count_parameters(trial) - plain
    idle = idle_parameters(trial) + (trial.vision_parameters or 0)
    return {**facts, "parameters": total, "active_parameters": max(1, total - idle)}


def _card(values: dict[str, Any], where: object) -> ModelCard:
    try:
        return ModelCard.from_dict(values)
    except ParameterError as exc:
        raise UnsupportedError(
            _("{where} describes a model that cannot be: {problem}").format(where=where, problem=exc.problem),
            fix=_("Download or copy it again, or correct its config.json."),
        ) from exc


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
