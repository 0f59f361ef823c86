"""Make a model ready to load: fetched, converted, its adapter merged. Light itself; torch is loaded when needed."""

from __future__ import annotations

import os
from pathlib import Path

from kit.models import GetSpec, Location, fetch, locate
from kit.models.source import converted_folder
from kit.report import Report
from kit.result import Result
from kit.spec import Spec


def ready_folder(name: str, report: Report) -> tuple[Path, Location]:
    """Return a folder of safetensors that holds the model `name`, adapter merged in, and where it came from.

    Raises
    ------
    ModelNotFoundError
        It is neither here nor to be had from here.
    """
    location = ready_base(name, report)
    if location.adapter is None:
        return location.path, location
    from kit.engines.hf.merge import merged_folder

    return merged_folder(location.path, location.adapter, report), location


def ready_base(name: str, report: Report) -> Location:
    """Return where the model `name` is, its weights a folder of safetensors, its adapter (if any) left beside it."""
    location = fetch(name, report)
    if location.kind == "gguf":
        from kit.engines.hf.convert import convert_gguf

        convert_gguf(location.path, converted_folder(location.path, report), report, note=location.note)
        location = locate(name)
    return location


def prepare(spec: Spec, report: Report) -> Result:
    """Carry out a `GetSpec`: fetch a model and convert it, so that it opens at once."""
    assert isinstance(spec, GetSpec)
    folder, location = ready_folder(spec.name, report)
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    facts = {"model": spec.name, "folder": os.fspath(folder), "origin": location.origin, "note": location.note}
    return Result(spec=spec.to_dict(), metrics={"file_size_mib": size / 2**20}, facts=facts)
