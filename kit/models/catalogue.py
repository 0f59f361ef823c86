"""The models Tunebook knows by name: one readable file per family, and what the user adds.

A file holds `shared` values and, under `models`, one mapping for each name::

    shared: {family: smollm2, licence: Apache-2.0, ...}
    models:
      smollm2-135m-instruct: {title: SmolLM2 135M Instruct, layers: 30, ...}

Files in ``<home>/models/`` join in; an entry there replaces one of ours with the same name.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.models.card import ModelCard
from kit.place import home

DEFAULT = "smollm2-135m-instruct"

_OURS = Path(__file__).parent / "catalogue"


def catalogue() -> dict[str, ModelCard]:
    """Return every known model card by name; files are read once and again when one has changed.

    Raises
    ------
    KitError
        A file of the user is not as it should be; the message names the file, the model and the field.
    """
    files = sorted(_OURS.glob("*.yaml")) + sorted((home() / "models").glob("*.yaml"))
    return dict(_read_all(tuple((path, path.stat().st_mtime_ns) for path in files)))


def card_of_hub_id(hub_id: str) -> ModelCard | None:
    """Return the card whose hub id is `hub_id` (the hub ignores case), or None."""
    return next((card for card in catalogue().values() if card.hub_id.lower() == hub_id.lower()), None)


@lru_cache(maxsize=4)
def _read_all(files: tuple[tuple[Path, int], ...]) -> dict[str, ModelCard]:
    cards: dict[str, ModelCard] = {}
    for path, _changed in files:
        cards.update(read_file(path))
    return cards


def read_file(path: Path) -> dict[str, ModelCard]:
    """Return the cards that the YAML file at `path` describes, by name."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise KitError(
            _("The catalogue file {path} cannot be read: {exc}.").format(path=path, exc=exc),
            fix=_("Correct it or move it away."),
        ) from exc
    shared, models = _parts(path, values)
    cards = {}
    for name, own in models.items():
        try:
            cards[str(name)] = ModelCard.from_dict({**shared, **own, "name": str(name)})
        except ParameterError as exc:
            where = _("In {path}, model {name!r}: {problem}").format(path=path, name=name, problem=exc.problem)
            raise KitError(where, fix=exc.fix) from exc
    return cards


def _parts(path: Path, values: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    fit = isinstance(values, dict) and set(values) <= {"shared", "models"}
    shared, models = (values.get("shared") or {}, values.get("models")) if fit else (None, None)
    if not isinstance(shared, dict) or not isinstance(models, dict) or not all(map(_is_mapping, models.values())):
        raise KitError(
            _("The catalogue file {path} must hold 'models', a mapping of names to facts.").format(path=path),
            fix=_("It may hold 'shared' facts beside it, and nothing else."),
        )
    return shared, models


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)
