"""Carry out a `MergeSpec`, by peft's ``add_weighted_adapter``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from kit.engines.hf.load import load_model
from kit.engines.prepare import ready_base
from kit.errors import ParameterError, UnsupportedError
from kit.i18n import _
from kit.models import Location
from kit.models.folder import read_json
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.tuning.adapters.folder import CONFIG, is_plain_lora, read_config
from kit.tuning.adapters.saved import NOTE
from kit.tuning.durable import rebuilt
from kit.tuning.merging.spec import MergeSpec

_MERGED = "merged"


def merge(spec: Spec, report: Report) -> Result:
    """Make one adapter of those in `spec` and leave it as plain peft loads it.

    "cat" is exact: what it adds to a weight is the weighted sum of what each adds, at the sum of their ranks; "svd" is
    the nearest to that of a given rank. "linear", "ties" (Yadav et al. 2023, arXiv:2306.01708) and "dare_linear" (Yu et
    al. 2023, arXiv:2311.03099) combine A with A and B with B.

    Raises
    ------
    ParameterError
        The adapters stand on different models, or their ranks differ where they must not.
    UnsupportedError
        One of them is something else than plain LoRA.
    """
    assert isinstance(spec, MergeSpec)
    report.progress("loading")
    places = [_adapter(name, ready_base(name, report)) for name in spec.adapters]
    folders = [place.adapter for place in places if place.adapter is not None]
    _check(spec, places, [read_config(folder) for folder in folders])
    torch.manual_seed(spec.seed)
    model = load_model(places[0].path, dtype=torch.float32, device=torch.device("cpu"))
    model = _with_all(model, folders)
    report.progress("merging", 0, 1)
    weights = list(spec.weights) or [1 / len(folders)] * len(folders)
    more: dict[str, Any] = {"density": spec.density} if spec.sparse else {}
    more |= {"svd_rank": spec.rank} if spec.combination == "svd" else {}
    names = [_name(i) for i in range(len(folders))]
    model.add_weighted_adapter(names, weights, _MERGED, combination_type=spec.combination, **more)
    target = report.folder / "artifacts" / "adapter"
    config = _save(model, folders, target)
    report.progress("merging", 1, 1)
    report.artifact("adapter", target)
    facts = {"adapters": list(spec.adapters), "weights": weights, "rank": config["r"]}
    return Result(spec=spec.to_dict(), artifacts={"adapter": "artifacts/adapter"}, facts=facts)


def _adapter(name: str, place: Location) -> Location:
    if place.adapter is None:
        raise ParameterError("adapters", name, allowed=_("an adapter: this is a whole model"))
    return place


def _check(spec: MergeSpec, places: list[Location], configs: list[dict[str, Any]]) -> None:
    for name, place, config in zip(spec.adapters, places, configs, strict=True):
        if place.path != places[0].path:
            allowed = _("an adapter of the model in {folder}, as the first").format(folder=places[0].path)
            raise ParameterError("adapters", name, allowed=allowed)
        if not is_plain_lora(config):
            problem = _("The adapter {name} is not plain LoRA: it cannot be combined with others.").format(name=name)
            raise UnsupportedError(problem, fix=_("Leave it out, or tune with method='lora'."))
    ranks = {(config["r"], json.dumps(config.get("rank_pattern") or {}, sort_keys=True)) for config in configs}
    if len(ranks) > 1 and spec.combination not in ("svd", "cat"):
        shown = ", ".join(str(config["r"]) for config in configs)
        allowed = _('"cat" or "svd" where ranks differ ({ranks})').format(ranks=shown)
        raise ParameterError("combination", spec.combination, allowed=allowed)


def _with_all(model: Any, folders: list[Path]) -> Any:
    model = PeftModel.from_pretrained(model, str(folders[0]), adapter_name=_name(0))
    for i, folder in enumerate(folders[1:], start=1):
        model.load_adapter(str(folder), adapter_name=_name(i))
    return model


def _name(number: int) -> str:
    return f"adapter{number}"


def _save(model: Any, folders: list[Path], target: Path) -> dict[str, Any]:
    first = read_config(folders[0])
    with rebuilt(target) as building:
        model.save_pretrained(building, selected_adapters=[_MERGED])
        (building / "README.md").unlink(missing_ok=True)
        for path in (building / _MERGED).iterdir():  # peft puts every adapter but the default one into a folder
            path.rename(building / path.name)
        (building / _MERGED).rmdir()
        config: dict[str, Any] = json.loads((building / CONFIG).read_text(encoding="utf-8"))
        config["base_model_name_or_path"] = first["base_model_name_or_path"]
        (building / CONFIG).write_text(json.dumps(config, indent=2), encoding="utf-8")
        (building / NOTE).write_text(json.dumps(_shared_note(folders), ensure_ascii=False), encoding="utf-8")
    return config


def _shared_note(folders: list[Path]) -> dict[str, Any]:
    """Return what the notes beside all adapters agree in, such as the base and the labels."""
    notes = [read_json(folder / NOTE) or {} for folder in folders]
    return {key: value for key, value in notes[0].items() if all(note.get(key) == value for note in notes)}
