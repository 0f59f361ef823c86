"""The models Tunebook knows by name: one readable file per family, and what the user adds.

A file holds `shared` values and, under `models`, one mapping for each name::

    shared: {family: smollm2, licence: Apache-2.0, ...}
    models:
      smollm2-135m-instruct: {title: SmolLM2 135M Instruct, layers: 30, ...}

It may also hold `scores`, tables of figures that somebody published on these models (`score_table.py`). Those that
Tunebook brings lie apart in `published/`, as one document compares models of many families.

What lies in ``<home>/models/`` joins in, an entry there replacing one of ours with the same name: YAML files of this
kind, also in folders, and folders that hold a model (config.json), which describe themselves. So does an entry with a
`path`: what it leaves out is read from that folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError
from kit.i18n import _
from kit.models.card import ModelCard
from kit.models.describe import folder_card, folder_facts
from kit.models.score_table import scores_by_model
from kit.models.uses import suits
from kit.place import home

DEFAULT = "smollm2-135m-instruct"

_OURS = Path(__file__).parent / "catalogue"
_PUBLISHED = Path(__file__).parent / "published"
_YAML = (".yaml", ".yml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as quick where libyaml is there


def catalogue() -> dict[str, ModelCard]:
    """Return every known model card by name; files are read once and again when one has changed.

    Raises
    ------
    KitError
        A file of the user is not as it should be; the message names the file, the model and the field.
    """
    files = [*sorted(_OURS.glob("*.yaml")), *_of_user(home() / "models")]
    return dict(_read_all(tuple((path, path.stat().st_mtime_ns) for path in files)))


def siblings(card: ModelCard) -> list[ModelCard]:
    """Return the other models of the family of `card` with the same kinds of input, tags and use, smallest first.

    A base model is no sibling of one that was taught to answer: it cannot stand in for it. Nor is one that reasons
    before it answers of one that does not: it takes many more tokens for the same question.
    """
    others = (each for each in catalogue().values() if each.name != card.name and each.family == card.family)
    return sorted((each for each in others if _kind(each) == _kind(card)), key=lambda each: each.parameters)


def card_of_hub_id(hub_id: str) -> ModelCard | None:
    """Return the card whose hub id is `hub_id` (the hub ignores case), or None."""
    if not hub_id:
        return None
    return next((card for card in catalogue().values() if card.hub_id.lower() == hub_id.lower()), None)


@lru_cache(maxsize=4)
def _read_all(files: tuple[tuple[Path, int], ...]) -> dict[str, ModelCard]:
    cards: dict[str, ModelCard] = {}
    for path, _changed in files:
        cards.update(read_file(path) if path.suffix in _YAML else _read_folder(path))
    return cards


def _read_folder(config: Path) -> dict[str, ModelCard]:
    try:
        return {config.parent.name: folder_card(config.parent)}
    except KitError as exc:
        raise KitError(
            _("{path}: {problem}").format(path=config, problem=exc.problem),
            fix=_("Correct it, or move the folder away from {place}.").format(place=config.parent.parent),
        ) from exc


def _of_user(folder: Path) -> Iterator[Path]:
    """Yield the YAML files in `folder` and one level below it, and the config.json of each model folder there."""
    for path in sorted(folder.glob("*")):
        if path.suffix in _YAML:
            yield path
        elif (path / "config.json").is_file():
            yield path / "config.json"
        elif path.is_dir():
            yield from (inner for inner in sorted(path.glob("*")) if inner.suffix in _YAML)


def read_file(path: Path) -> dict[str, ModelCard]:
    """Return the cards that the YAML file at `path` describes, by name."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise KitError(
            _("The catalogue file {path} cannot be read: {exc}.").format(path=path, exc=exc),
            fix=_("Correct it or move it away."),
        ) from exc
    shared, models = _parts(path, values)
    scores = published_scores() if path.parent == _OURS else _scores(path, values.get("scores", []), models)
    cards = {}
    for name, own in models.items():
        published = {"scores": scores[name]} if name in scores else {}
        try:
            facts = {**_read_from(own), **shared, **published, **own, "name": str(name)}
            cards[str(name)] = ModelCard.from_dict(_as_meant(facts))
        except KitError as exc:
            where = _("In {path}, model {name!r}: {problem}").format(path=path, name=name, problem=exc.problem)
            raise KitError(where, fix=exc.fix) from exc
    return cards


@lru_cache(maxsize=1)
def published_scores() -> dict[str, list[dict[str, Any]]]:
    """Return the scores that Tunebook brings, by name of the model."""
    files = sorted(_PUBLISHED.glob("*.yaml"))
    tables = [table for path in files for table in yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)]
    return scores_by_model(tables)


def _scores(path: Path, tables: Any, models: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    try:
        scores = scores_by_model(tables)
    except KitError as exc:
        raise KitError(_("In {path}: {problem}").format(path=path, problem=exc.problem), fix=exc.fix) from exc
    for name in scores:
        if name not in models:
            raise KitError(
                _("In {path}: scores name {name!r}, which is no model of this file.").format(path=path, name=name),
                fix=_("Known here: {names}.").format(names=", ".join(map(str, models))),
            )
    return scores


def _read_from(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what the folder that `entry` names tells of itself."""
    path = entry.get("path")
    return folder_facts(Path(path).expanduser()) if isinstance(path, str) and path else {}


def _parts(path: Path, values: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    fit = isinstance(values, dict) and set(values) <= {"shared", "models", "scores"}
    shared, models = (values.get("shared") or {}, values.get("models")) if fit else (None, None)
    if not isinstance(shared, dict) or not isinstance(models, dict) or not all(map(_is_mapping, models.values())):
        raise KitError(
            _("The catalogue file {path} must hold 'models', a mapping of names to facts.").format(path=path),
            fix=_("It may hold 'shared' facts and tables of 'scores' beside it, and nothing else."),
        )
    return shared, models


def _as_meant(facts: dict[str, Any]) -> dict[str, Any]:
    """Return `facts` with the words that YAML takes for truth values as people mean them: yes, and no for Norwegian."""
    meant = dict(facts)
    if isinstance(meant.get("licence_commercial"), bool):
        meant["licence_commercial"] = "yes" if meant["licence_commercial"] else "no"
    if isinstance(meant.get("languages"), list):
        meant["languages"] = ["no" if each is False else each for each in meant["languages"]]
    return meant


def _kind(card: ModelCard) -> tuple[object, ...]:
    return card.modality, card.tags, suits(card, "answer"), suits(card, "reasoning")


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)
