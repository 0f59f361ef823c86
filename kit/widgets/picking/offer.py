"""What each model would mean on this machine: is it here, does it run, in how many bits does it fit, how fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kit.engines.barred import barred
from kit.errors import KitError
from kit.i18n import _
from kit.lack import Lack
from kit.machine import Machine
from kit.machine.speed import Speed
from kit.models import ModelCard, available, card_of, catalogue, locate
from kit.models.estimates import METHOD_BITS, SpeedEstimate, expected_speed
from kit.models.fit import Fit, fit
from kit.models.shelf import shelf
from kit.models.usual import usual_methods
from kit.quantization import methods as registered
from kit.quantization.lacks import lacks_of
from kit.widgets.origin import model_words

_LOADED = ("hub", "package", "installed")  # what holds a model that has a name of its own


@dataclass(frozen=True)
class Terms:
    """What predictions are made for.

    Parameters
    ----------
    context : int, tokens, default 2048
    batch : int, default 1
        Sequences at a time.
    speed : Speed, optional
        Of this machine, where it was measured.
    machine : Machine, optional
        Left out, this one.
    lacks : mapping of str to tuple of Lack
        What is missing here for each method, as `missing` tells; left out, nothing is.
    """

    context: int = 2048
    batch: int = 1
    speed: Speed | None = None
    machine: Machine | None = None
    lacks: Mapping[str, tuple[Lack, ...]] = field(default_factory=dict)

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """The methods that a row shows: one of each size of 16 bits and fewer, most bits first."""
        return tuple(name for name in usual_methods(missing=True) if METHOD_BITS[name] <= 16)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The usual methods that lack nothing here."""
        return tuple(name for name in usual_methods(missing=True) if not self.lacks.get(name))


@dataclass(frozen=True)
class Way:
    """One model held in one way: what it takes, what is missing for it, how fast it is said to be."""

    fit: Fit
    speed: SpeedEstimate | None
    lacks: tuple[Lack, ...]

    @property
    def method(self) -> str:
        """How the weights are held."""
        return self.fit.method

    @property
    def runs(self) -> bool:
        """Can it be used now?"""
        return self.fit.state != "no" and not self.lacks

    @property
    def parts(self) -> tuple[float, float, float]:
        """Bytes of the weights, of the KV cache, and of all the rest at the peak."""
        told = self.fit.estimate
        weights, cache = float(told.weights_bytes), float(told.kv_cache_bytes)
        return weights, cache, max(self.fit.needed_bytes - weights - cache, 0.0)


@dataclass(frozen=True)
class Offer:
    """One model as the picker shows it; one without a card has no figures."""

    name: str
    card: ModelCard | None
    here: bool
    terms: Terms = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """What runs may call it."""
        own = self.card.hub_id if self.card is not None and self.card.name == self.name else ""
        return (self.name, own) if own else (self.name,)

    @property
    def title(self) -> str:
        """As people call it."""
        return self.card.title if self.card and self.card.name == self.name else model_words(self.name)

    @cached_property
    def said(self) -> str:
        """What words are looked for in, case folded."""
        card = self.card
        names = (card.title, card.hub_id, card.family, *card.tags, *card.tasks, card.modality) if card else ()
        return " ".join((self.name, *names)).casefold()

    @cached_property
    def barred(self) -> str:
        """Why no engine runs it, however it is held, or ""."""
        return "" if self.card is None else barred(self.card)

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """What it would mean in each method that a row shows."""
        return tuple(self.way(name) for name in self.terms.methods) if self.card else ()

    def way(self, method: str) -> Way:
        """Return what it would mean in `method` (raises as `kit.models.fit.fit` does)."""
        assert self.card is not None
        terms = self.terms
        found = fit(
            self.card,
            method,
            machine=terms.machine,
            context=terms.context,
            batch=terms.batch,
            methods=terms.offered,
        )
        return Way(found, self._speed(method), terms.lacks.get(method, ()))

    def _speed(self, method: str) -> SpeedEstimate | None:
        terms = self.terms
        if terms.speed is None or self.card is None:
            return None
        return expected_speed(self.card, method, terms.speed, batch=terms.batch, context=terms.context)

    @cached_property
    def best(self) -> Way | None:
        """The way of most bits that fits with room to spare, else the one that just fits; None where none runs."""
        running = [way for way in self.ways if way.runs]
        return next((way for way in running if way.fit.state == "fits"), next(iter(running), None))

    @property
    def usable(self) -> bool:
        """Does it run here in some way? Of a model without a card nobody knows better."""
        return not self.barred and (self.card is None or self.best is not None)


def missing() -> dict[str, tuple[Lack, ...]]:
    """Return what is missing on this machine for each method."""
    return {name: lacks_of(name) for name in registered()}


def names_offered(also: Iterable[str]) -> dict[str, ModelCard | None]:
    """Return every model to be shown by name: the catalogue, what else is on this machine, and `also`."""
    cards: dict[str, ModelCard | None] = dict(catalogue())
    loose = [each.name for each in shelf() if each.origin in _LOADED]
    for name in (*loose, *also):
        if name not in cards:
            cards[name] = _card(name)
    return cards


def _card(name: str) -> ModelCard | None:
    """Return the card of a model that the catalogue does not know, from its files; None where there are none."""
    try:
        return card_of(name) if available(name) else None
    except KitError:
        return None


def is_known(name: str) -> bool:
    """Is there such a model, in the catalogue or on this machine?"""
    return name in catalogue() or available(name)


def unknown(name: str) -> KitError:
    """Return what to say of a model that is neither in the catalogue nor on this machine."""
    try:
        locate(name)
    except KitError as exc:
        return exc
    return KitError(_("The model {name!r} cannot be used.").format(name=name))
