"""The card of any model: from the catalogue, of a folder, of a hub repository that was never downloaded."""

from __future__ import annotations

from pathlib import Path

from kit.errors import KitError, ModelNotFoundError
from kit.i18n import _
from kit.models import hub
from kit.models.card import ModelCard
from kit.models.describe import facts_of, folder_card
from kit.models.folder import is_adapter
from kit.models.reference import refer
from kit.models.source import base_of, locate
from kit.models.tensors import weights_of


def card_of(name: str) -> ModelCard:
    """Return the card of the model that `name` stands for; weights are neither downloaded nor loaded.

    Parameters
    ----------
    name : str
        A catalogue name, a hub id, a folder, ``run:ID`` or ``registry:NAME``. An adapter has the card of its base. Of a
        hub id that is not on this machine config.json and the headers of the weights are asked for.

    Raises
    ------
    ModelNotFoundError
        It is not here and the hub does not give its config.json.
    UnsupportedError
        It is no language model, or a GGUF file that was not converted yet.
    UnknownNameError, ParameterError, RunNotFoundError
        As `kit.models.locate`.
    """
    reference = refer(name)
    if reference.card is not None:
        return reference.card
    if reference.kind == "hub":
        return _of_hub(reference.value)
    if reference.kind == "path" and Path(reference.value).is_dir() and not is_adapter(Path(reference.value)):
        return folder_card(Path(reference.value))
    base = base_of(reference)
    return card_of(base) if base is not None else folder_card(locate(name).path)


def card_here(name: str) -> ModelCard | None:
    """Return the card of the model `name` without asking the network, or None where this machine cannot tell."""
    try:
        reference = refer(name)
        if reference.card is not None:
            return reference.card
        location = locate(name)
        if location.card is not None or location.kind != "folder":
            return location.card
        return folder_card(location.path)
    except (KitError, OSError, ValueError):
        return None


def _of_hub(hub_id: str) -> ModelCard:
    try:
        folder = hub.cached(hub_id)
    except KitError:  # in part, or only as pickles: the figures are the same
        folder = None
    if folder is not None:
        return folder_card(folder, hub_id=hub_id)
    try:
        config, shapes, readme, chat = hub.described(hub_id)
    except hub.HubUnavailable as exc:
        raise ModelNotFoundError(
            _("What {id} is cannot be told: {reason}").format(id=hub_id, reason=exc),
            fix=_("Connect to the network, or download it elsewhere and give its folder."),
        ) from exc
    facts = facts_of(config, weights_of(shapes), readme, chat, _("config.json of the hub repository"))
    return ModelCard.from_dict({**facts, "name": hub_id, "title": hub_id.split("/")[-1], "hub_id": hub_id})
