"""What a person means by the name of a model; nothing is looked up beyond which files exist."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _
from kit.models.card import ModelCard
from kit.models.catalogue import card_of_hub_id, catalogue
from kit.models.package import normalised
from kit.models.version import PREFIX, wanted

ReferenceKind = Literal["run", "registry", "path", "package", "card", "hub"]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_FILE = (".gguf", ".safetensors", ".bin", ".pt", ".pth", ".ckpt")


@dataclass(frozen=True)
class Reference:
    """A name, taken apart.

    Parameters
    ----------
    name : str
        As it was written.
    kind : {"run", "registry", "path", "package", "card", "hub"}
        What it stands for.
    value : str
        The run's id, the version in the registry, the path, the package, the catalogue name or the hub id.
    card : ModelCard, optional
        Its card, when the catalogue has one.
    """

    name: str
    kind: ReferenceKind
    value: str
    card: ModelCard | None = None


def refer(name: Any) -> Reference:
    """Return what `name` stands for.

    Raises
    ------
    ParameterError
        It is not text, is empty, or holds characters that no name has.
    UnknownNameError
        Nothing of the kind exists; the nearest catalogue name is given.
    """
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ParameterError("model", name, allowed=_("the name of a model, as text"))
    if name.startswith("run:"):
        return Reference(name, "run", _run_id(name))
    if name.startswith(PREFIX):
        wanted(name, parameter="model")
        return Reference(name, "registry", name.removeprefix(PREFIX))
    if name.startswith("package:"):
        package = normalised(name.removeprefix("package:"))
        return Reference(name, "package", package, _card_of_package(package))
    card = catalogue().get(name)
    path = os.path.expanduser(name)
    if os.path.exists(path) and (card is None or os.path.isfile(os.path.join(path, "config.json"))):
        return Reference(name, "path", path)
    if card is not None and card.path:
        return Reference(name, "path", os.path.expanduser(card.path), card)
    if card is not None:
        return Reference(name, "card", name, card)
    if _looks_like_path(name):
        return Reference(name, "path", path)
    if _HUB_ID.fullmatch(name):
        return Reference(name, "hub", name, card_of_hub_id(name))
    raise UnknownNameError("model", name, catalogue())


def _run_id(name: str) -> str:
    value = name.removeprefix("run:")
    if not value or value != Path(value).name or value in (".", ".."):
        raise ParameterError("model", name, allowed=_("'run:' and the id of a run, as kit.runs() shows it"))
    return value


def _card_of_package(package: str) -> ModelCard | None:
    cards = catalogue().values()
    return next((card for card in cards if card.package and normalised(card.package) == package), None)


def _looks_like_path(name: str) -> bool:
    return name.startswith((".", "~", os.sep)) or "\\" in name or name.count("/") > 1 or name.lower().endswith(_FILE)
