"""Where the weights of a model are on this machine. Everything here is quick, offline and changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.errors import KitError, ModelNotFoundError, RunNotFoundError, UnsupportedError, nearest
from kit.i18n import _
from kit.models import folder as folders
from kit.models import hub, package
from kit.models.card import ModelCard
from kit.models.conversion import MARKER, converted
from kit.models.conversion import converted_folder as converted_folder
from kit.models.gguf_header import gguf_note
from kit.models.missing import not_here
from kit.models.reference import Reference, ReferenceKind, refer
from kit.models.registry import not_kept
from kit.models.version import kept, wanted
from kit.place import runs_folder

Origin = Literal["hub", "package", "local", "run", "registry"]


@dataclass(frozen=True)
class Location:
    """Where one model is.

    Parameters
    ----------
    name : str
        As it was asked for.
    kind : {"folder", "gguf"}
        A folder with config.json and safetensors, or a single GGUF file that is not converted yet.
    path : Path
        That folder or file; with an adapter, of the base model.
    adapter : Path, optional
        Folder of a peft adapter to put on top.
    card : ModelCard, optional
        The card, when the catalogue has one.
    origin : {"hub", "package", "local", "run", "registry"}
        Where it came from.
    note : str
        A sentence to show beside results, such as "The weights were 4-bit (Q4_1) once."
    """

    name: str
    kind: Literal["folder", "gguf"]
    path: Path
    adapter: Path | None = None
    card: ModelCard | None = None
    origin: Origin = "local"
    note: str = ""


def locate(name: str) -> Location:
    """Find the model `name` on this machine, without the network.

    Tried in this order: ``run:ID``, ``registry:NAME/VERSION``, a folder (a model or an adapter) or GGUF file,
    ``package:NAME``, a catalogue name, a hub id in the Hugging Face cache.

    Parameters
    ----------
    name : str
        See above.

    Returns
    -------
    Location
        Of kind "folder", also for a GGUF file that was converted before; else of kind "gguf".

    Raises
    ------
    ModelNotFoundError
        It is not here; the message gives three ways to get it. Or it is here in part or damaged.
    RunNotFoundError
        No run has that id, or it has no finished adapter.
    UnknownNameError
        No model has such a name.
    UnsupportedError
        Its weights are pickles, or a kind of file that cannot be read.
    ParameterError
        `name` is no name at all.
    """
    reference = refer(name)
    return _BY_KIND[reference.kind](reference)


def check_name(name: str) -> None:
    """Raise what `locate` would for a name that no download can help.

    Such as an unknown one, or a file, folder or run that is not there.

    Raises
    ------
    UnknownNameError, ModelNotFoundError, ParameterError
    """
    if refer(name).kind in ("run", "path"):
        locate(name)


def available(name: str) -> bool:
    """Is the model `name` on this machine, ready to be loaded without the network? Never raises."""
    try:
        locate(name)
    except (KitError, OSError):
        return False
    return True


def base_of(reference: Reference) -> str | None:
    """Return the name of the base model when `reference` is an adapter, else None."""
    if reference.kind == "run":
        made = _run_adapter(reference.value)
        return None if _is_model(made) else _base_name(made)
    if reference.kind == "registry":
        copy = _copy(reference)
        return _base_name(copy) if folders.is_adapter(copy) else None
    if reference.kind == "path" and folders.is_adapter(Path(reference.value)):
        return _base_name(Path(reference.value))
    return None


def _run(reference: Reference) -> Location:
    made = _run_adapter(reference.value)
    return _adapter_or_model(reference, made, "run") if _is_model(made) else _with_adapter(reference, made, "run")


def _is_model(made: Path) -> bool:
    """Did a run leave a whole model (full tuning) where others leave an adapter?"""
    return (made / "config.json").is_file()


def _run_adapter(run_id: str) -> Path:
    folder = runs_folder() / run_id
    if not folder.is_dir():
        known = sorted(path.parent.parent.name for path in runs_folder().glob("*/artifacts/adapter"))
        near = nearest(run_id, known) or (known[-1] if known else None)
        raise RunNotFoundError(
            _("No run has the id {id!r}.").format(id=run_id),
            fix=_("Did you mean run:{near}?").format(near=near) if near else _("No run has tuned a model yet."),
        )
    adapter = folder / "artifacts" / "adapter"
    if not (folder / "result.json").is_file():
        raise RunNotFoundError(
            _("Run {id} has not finished: it has no adapter to use yet.").format(id=run_id),
            fix=_("Wait for it with run.wait(), or choose another run."),
        )
    if not adapter.is_dir():
        raise RunNotFoundError(
            _("Run {id} made no adapter: it did not tune a model, or it failed.").format(id=run_id),
            fix=_("Choose a finished tuning run."),
        )
    return adapter


def _registered(reference: Reference) -> Location:
    return _adapter_or_model(reference, _copy(reference), "registry")


def _copy(reference: Reference) -> Path:
    """Return the folder of a registered version on this machine."""
    folder = kept(wanted(reference.value))
    if folder is None:
        raise not_kept(reference.name)
    return folder


def _adapter_or_model(reference: Reference, folder: Path, origin: Origin) -> Location:
    if folders.is_adapter(folder):
        return _with_adapter(reference, folder, origin)
    problem = folders.model_problem(folder)
    if problem is not None:
        raise problem
    return _folder(reference, folder, origin)


def _path(reference: Reference) -> Location:
    path = Path(reference.value)
    if path.is_dir():
        return _adapter_or_model(reference, path, "local")
    if not path.exists():
        raise ModelNotFoundError(
            _("The model {name!r} is not on this machine: there is no such file or folder.").format(
                name=reference.name
            ),
            fix=_("Check the path; it must be a folder with config.json and safetensors, or a GGUF file."),
        )
    return _file(reference, path)


def _file(reference: Reference, path: Path) -> Location:
    if path.suffix.lower() == ".gguf":
        return _gguf(reference, path, "local")
    if folders.is_pickle(path):
        raise folders.refused(path.parent, [path.name])
    raise UnsupportedError(
        _("{path} is not a model that can be read.").format(path=path),
        fix=_("Give a folder with config.json and safetensors (not one file of it), or a GGUF file."),
    )


def _package(reference: Reference) -> Location:
    found = package.find(reference.value)
    if found is None:
        raise not_here(reference.name, card=reference.card)
    return _found(reference, found, "package")


def _catalogued(reference: Reference) -> Location:
    card = reference.card
    assert card is not None
    folder = hub.cached(card.hub_id)
    if folder is not None:
        return _folder(reference, folder, "hub")
    found = package.find(card.package) if card.package else None
    if found is None:
        raise not_here(reference.name, card=card)
    return _found(reference, found, "package")


def _hub(reference: Reference) -> Location:
    folder = hub.cached(reference.value)
    if folder is None:
        raise not_here(reference.name, card=reference.card)
    return _folder(reference, folder, "hub")


def _found(reference: Reference, path: Path, origin: Origin) -> Location:
    if path.is_file():
        return _gguf(reference, path, origin)
    problem = folders.model_problem(path)
    if problem is not None:
        raise problem
    return _folder(reference, path, origin)


def _folder(reference: Reference, path: Path, origin: Origin) -> Location:
    note = (folders.read_json(path / MARKER) or {}).get("note", "")
    return Location(reference.name, "folder", path, card=reference.card, origin=origin, note=str(note))


def _gguf(reference: Reference, path: Path, origin: Origin) -> Location:
    note, folder = gguf_note(path), converted(path)
    kind: Literal["folder", "gguf"] = "gguf" if folder is None else "folder"
    return Location(reference.name, kind, folder or path, card=reference.card, origin=origin, note=note)


def _with_adapter(reference: Reference, adapter: Path, origin: Origin) -> Location:
    problem = folders.adapter_problem(adapter)
    if problem is not None:
        raise problem
    base = _base_name(adapter)
    if base_of(refer(base)) is not None:
        raise UnsupportedError(
            _("The adapter {adapter} stands on another adapter ({base}).").format(adapter=adapter, base=base),
            fix=_("Merge the lower one into its model first."),
        )
    return dataclasses.replace(locate(base), name=reference.name, adapter=adapter, origin=origin)


def _base_name(adapter: Path) -> str:
    ours = (folders.read_json(adapter / MARKER) or {}).get("base")
    base = ours or (folders.read_json(adapter / "adapter_config.json") or {}).get("base_model_name_or_path")
    if not base or not isinstance(base, str):
        raise ModelNotFoundError(
            _("The adapter {adapter} does not tell which model it belongs to.").format(adapter=adapter),
            fix=_("Write base_model_name_or_path into its adapter_config.json."),
        )
    return base


_BY_KIND: dict[ReferenceKind, Callable[[Reference], Location]] = {
    "run": _run,
    "registry": _registered,
    "path": _path,
    "package": _package,
    "card": _catalogued,
    "hub": _hub,
}
