"""The models on the disk, those on their way, and the adapters that runs have tuned."""

from __future__ import annotations

import os
from typing import Any

from kit.errors import KitError, ParameterError, UnknownNameError
from kit.i18n import _
from kit.jobs import Summary, start
from kit.lab.refusal import Refused
from kit.lab.runs import RunBook
from kit.machine import this_machine
from kit.models import GetSpec, catalogue, locate
from kit.models.card import ModelCard
from kit.models.estimates import download_bytes
from kit.models.fit import fit
from kit.models.reference import refer
from kit.models.shelf import MERGED, Held, remove, shelf
from kit.place import cache, runs_folder

_FETCHED = ("card", "hub", "package")  # kinds of names that a download can help
_TESTS = ("sweep", "evaluate")


def models_now(book: RunBook) -> dict[str, Any]:
    """Return what is on the disk, on its way and to be had, as plain values."""
    held = shelf()
    everyone = book.picked(None, None)
    living = [each for each in everyone if not each.over]
    return {
        "models": [_model(each, living) for each in held],
        "adapters": _adapters(everyone),
        "getting": [book.one(each.id) for each in _getting(everyone)],
        "offers": [_offer(card) for name, card in catalogue().items() if name not in {each.name for each in held}],
        "bytes": sum(each.size_bytes for each in held),
        "folder": str(cache()),
    }


def get_model(book: RunBook, name: str) -> dict[str, Any]:
    """Start fetching the model `name`, or find the run that is at it, and return the row of that run.

    Raises
    ------
    KitError
        It is no name that can be fetched, or the model is here.
    """
    if refer(name).kind not in _FETCHED:
        allowed = _("a name from the catalogue, a hub id such as organisation/name, or package:NAME")
        raise ParameterError("name", name, allowed=allowed)
    for each in book.picked("living", "get"):
        if each.model == name:
            return {"run": book.one(each.id)}
    if _ready(name):
        raise Refused(409, _("{name} is here and ready.").format(name=name), fix=_("Choose another model."))
    return {"run": book.one(start(GetSpec(name=name)).id)}


def drop_model(book: RunBook, name: str) -> dict[str, Any]:
    """Remove the weights of the model `name` and return how many bytes that freed.

    Raises
    ------
    Refused
        There is no such model, or a run that lives uses it.
    KitError
        It is not ours to remove.
    """
    users = _used_by(name, [each for each in shelf() if each.name == name], book.living())
    if users:
        raise Refused(
            409,
            _("{name} is in use by run {id}.").format(name=name, id=users[0]),
            fix=_("Wait until it is over, or stop it."),
        )
    try:
        return {"name": name, "freed_bytes": remove(name)}
    except UnknownNameError as exc:
        raise Refused(404, exc.problem, fix=exc.fix) from exc


def _ready(name: str) -> bool:
    try:
        return locate(name).kind == "folder"
    except (KitError, OSError):
        return False


def _model(held: Held, living: list[Summary]) -> dict[str, Any]:
    card = held.card
    return {
        "name": held.name,
        "title": held.title,
        "origin": held.origin,
        "bytes": held.size_bytes,
        "last_used": round(held.last_used, 3),
        "licence": card.licence if card else "",
        "commercial": card.licence_commercial if card else "",
        "removable": not held.fixed,
        "reason": held.fixed,
        "in_use_by": _used_by(held.name, [held], living),
        "note": held.note,
    }


def _used_by(name: str, held: list[Held], living: list[Summary]) -> list[str]:
    """Return the ids of living runs that may read this model; what has no name of its own may be any one's."""
    if held and held[0].origin in (MERGED, "conversion"):
        return [each.id for each in living if each.model]
    names = {name, *(each.card.hub_id for each in held if each.card)}
    return [each.id for each in living if _base(each.model) in names]


def _base(model: str) -> str:
    """Return the model that a run's model stands on: of a tuned one, the one that was tuned."""
    for _step in range(10):  # a run may have tuned what another run had tuned
        if not model.startswith("run:"):
            break
        model = _model_of_run(model.removeprefix("run:"))
    return model


def _model_of_run(id: str) -> str:
    from kit.jobs import Run

    try:
        return Run(runs_folder() / os.path.basename(id)).summary.model
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def _getting(everyone: list[Summary]) -> list[Summary]:
    """Return what is on its way, and what failed when no later run has got it."""
    newest: dict[str, Summary] = {}
    for each in everyone:
        if each.kind == "get":
            newest.setdefault(each.model, each)
    return [each for each in newest.values() if not each.over or each.state in ("failed", "crashed")]


def _adapters(everyone: list[Summary]) -> list[dict[str, Any]]:
    tested: dict[str, float] = {}
    for each in everyone:
        found = [value for name, value in each.figures.items() if name.rpartition("/")[2] == "acc"]
        if each.kind in _TESTS and found:
            tested[each.model] = max([*found, tested.get(each.model, 0.0)])
    return [_adapter(each, tested) for each in everyone if each.kind == "tune" and _adapter_bytes(each.id)]


def _adapter(each: Summary, tested: dict[str, float]) -> dict[str, Any]:
    name = f"run:{each.id}"
    validated = each.figures.get("validation_accuracy")
    return {
        "run": each.id,
        "name": name,
        "model": each.model,
        "data": each.data,
        "created": each.created,
        "state": each.state,
        "bytes": _adapter_bytes(each.id),
        "accuracy": tested.get(name, validated),
        "accuracy_of": "test" if name in tested else "validation" if validated is not None else "",
    }


def _adapter_bytes(id: str) -> int:
    try:
        with os.scandir(runs_folder() / id / "artifacts" / "adapter") as files:
            return sum(file.stat().st_size for file in files if file.is_file(follow_symlinks=False))
    except OSError:
        return 0


def _offer(card: ModelCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "parameters": card.parameters,
        "licence": card.licence,
        "commercial": card.licence_commercial,
        "gated": card.gated,
        "download_bytes": round(download_bytes(card)),
        "fits": fit(card, machine=this_machine()).state.replace("fits", "yes"),
    }
