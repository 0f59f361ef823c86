"""The models to choose from, each with its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.models import ModelCard, card_of, catalogue
from kit.models.catalogue import card_of_hub_id


def candidates(models: Sequence[str | ModelCard] | None, measured: Iterable[str] = ()) -> list[ModelCard]:
    """Return a card for each model, under the name by which it is loaded.

    Parameters
    ----------
    models : sequence of str or ModelCard, optional
        Left out, the catalogue.
    measured : iterable of str
        Further names, such as those of tuned models; what has no card (any more) is left out.

    Raises
    ------
    UnknownNameError, ModelNotFoundError
        Nothing has such a name.
    """
    if models is not None:
        if isinstance(models, str | ModelCard):
            models = [models]
        if not all(isinstance(each, str | ModelCard) for each in models):
            raise ParameterError("models", models, allowed=_("a list of names or model cards"))
        return list({card.name: card for card in map(_named, models)}.values())
    found = dict(catalogue())
    for name in measured:
        if name in found or card_of_hub_id(name) is not None:
            continue
        try:
            found[name] = _named(name)
        except (KitError, OSError):  # deleted since
            continue
    return list(found.values())


def _named(model: str | ModelCard) -> ModelCard:
    if isinstance(model, ModelCard):
        return model
    card = card_of(model)
    if card.name == model or card.hub_id.lower() == model.lower():
        return card
    title = (
        _("{title}, tuned ({name})").format(title=card.title, name=model) if model.startswith("run:") else card.title
    )
    return dataclasses.replace(card, name=model, title=title)
