"""Versions of tuned models: how they are named, and the copies that this machine keeps. Light; asks nobody.

Specs write ``registry:NAME/3``. ``NAME@champion`` (an alias) and ``NAME`` (the newest) move with time: what they stood
for when the registry was last asked is remembered beside the copies.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.models.folder import read_json
from kit.models.store import public, store_uri
from kit.place import cache, write_atomic

PREFIX = "registry:"
NEWEST = ""  # stands for itself where aliases are remembered, since no alias is empty

_NAME = r"[^/@:'\"`\\%*?\s](?:[^/@:'\"`\\%*?\r\n\t]*[^/@:'\"`\\%*?\s])?"
_WANTED = re.compile(rf"(?P<name>{_NAME})(?:/(?P<version>[1-9]\d{{0,8}})|@(?P<alias>[\w-]{{1,255}}))?")
_RESERVED_ALIAS = re.compile(r"latest|v\d+", re.IGNORECASE)
_MARKER = "registered.json"
_LOOKED = "looked.json"


@dataclass(frozen=True)
class Wanted:
    """One version as a person names it; neither `version` nor `alias`: the newest."""

    name: str
    version: int | None = None
    alias: str | None = None

    @property
    def moves(self) -> bool:
        """Can it stand for another version tomorrow?"""
        return self.version is None


@dataclass(frozen=True)
class RegisteredModel:
    """One version of a tuned model in the registry; stands wherever a model is asked for.

    Parameters
    ----------
    name : str
        What the versions are versions of.
    version : int
        From 1.
    alias : str, optional
        By which it was registered or asked for; another version may carry it tomorrow.
    run : str
        The id of the run that made it, or "".
    uri : str
        How MLflow names it.
    """

    name: str
    version: int
    alias: str | None
    run: str
    uri: str

    def as_spec_value(self) -> str:
        """Return how a spec names it: with the version, so that the spec means the same tomorrow."""
        return f"{PREFIX}{self.name}/{self.version}"


def wanted(text: Any, *, parameter: str = "name") -> Wanted:
    """Take a name apart: "alerts/3", "alerts@champion" or "alerts", with or without "registry:" before it.

    Parameters
    ----------
    text : Any
        What should be such a name.
    parameter : str, default "name"
        What the caller calls it.

    Raises
    ------
    ParameterError
        It is none of these.
    """
    found = _WANTED.fullmatch(text.removeprefix(PREFIX)) if isinstance(text, str) else None
    if found is None:
        raise ParameterError(
            parameter,
            text,
            allowed=_("the name of a registered model, as in 'alerts', 'alerts/3' or 'alerts@champion'"),
            fix=_("kit.register(run, 'alerts') makes one."),
        )
    return Wanted(found["name"], int(found["version"]) if found["version"] else None, found["alias"])


def check_model_name(name: Any) -> str:
    """Return `name` when a model may be registered under it.

    Raises
    ------
    ParameterError
    """
    if not isinstance(name, str) or not re.fullmatch(_NAME, name) or len(name) > 200 or not name.isprintable():
        allowed = _("text of at most 200 characters, without / @ : and quotes")
        raise ParameterError("name", name, allowed=allowed, fix=_("Such as 'finance-alerts'."))
    if name in (".", ".."):
        raise ParameterError("name", name, allowed=_("a name"), fix=_("Such as 'finance-alerts'."))
    return name


def check_alias(alias: Any) -> str | None:
    """Return `alias` when a version may carry it; None is none.

    Raises
    ------
    ParameterError
    """
    if alias is None:
        return None
    if not isinstance(alias, str) or not re.fullmatch(r"[\w-]{1,255}", alias) or _RESERVED_ALIAS.fullmatch(alias):
        allowed = _("letters, digits, _ and -, and neither 'latest' nor a version such as 'v3'")
        raise ParameterError("alias", alias, allowed=allowed, fix=_("Such as 'champion'."))
    return alias


def kept(want: Wanted) -> Path | None:
    """Return the folder of the copy on this machine, or None; a moving name stands for what it last did."""
    version = last_seen(want)
    folder = None if version is None else _folder(want.name) / str(version)
    return folder if folder is not None and (folder / _MARKER).is_file() else None


def kept_values(folder: Path) -> dict[str, Any]:
    """Return what was written down beside a copy."""
    return read_json(folder / _MARKER) or {}


def last_seen(want: Wanted) -> int | None:
    """Return the version that `want` names, or for a moving name the one that it stood for when it was last asked."""
    if want.version is not None:
        return want.version
    seen = (read_json(_folder(want.name) / _LOOKED) or {}).get(want.alias or NEWEST)
    return seen if isinstance(seen, int) else None


def remember(want: Wanted, version: int) -> None:
    """Remember that the moving name `want` stands for `version` now."""
    path = _folder(want.name) / _LOOKED
    write_atomic(path, json.dumps({**(read_json(path) or {}), want.alias or NEWEST: version}))


def keep(model: RegisteredModel, created: int, fill: Callable[[Path], Path]) -> Path:
    """Put a copy of a version in its place, unless it is there, and return its folder.

    Parameters
    ----------
    created : int, milliseconds
        When the registry made the version. A model that was deleted and made anew counts its versions from 1 again:
        by this the old copy is known to be another.
    fill : callable
        Given an empty folder, brings the files there and returns the folder that holds them.
    """
    place = _folder(model.name) / str(model.version)
    if kept_values(place).get("created") == created:
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=place.parent, prefix=".coming-"))
    try:
        files = fill(building / "files")
        write_atomic(files / _MARKER, json.dumps({**asdict(model), "created": created}))
        if place.exists():
            os.replace(place, building / "old")
        try:
            os.replace(files, place)
        except OSError:
            if not (place / _MARKER).is_file():  # else another process put the same thing there between the two lines
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return place


def _folder(name: str) -> Path:
    """Return the folder for the versions of a model, one for each registry: equal names need not mean the same."""
    legible = re.sub(r"\W+", "-", name)[:40]  # two names may look alike then, but have not the same hash
    return cache() / "registry" / _hash(public(store_uri())) / f"{legible}-{_hash(name)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
