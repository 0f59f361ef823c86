"""Every way of holding a model as the panel offers it: who runs it, in how many bits, whether it can run here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kit.engines.homes import ENGINES, home
from kit.engines.lacks import ENGINES as TITLES
from kit.errors import KitError
from kit.i18n import N_, _
from kit.lack import Lack
from kit.machine.speed import Speed
from kit.models import ModelCard, card_here
from kit.models.estimates import METHOD_BITS, SpeedEstimate, estimate_making, expected_speed
from kit.models.estimates.speed import KERNELS
from kit.models.fit import fit
from kit.models.source import locate
from kit.quantization import methods as registered
from kit.quantization.lacks import lacks_of
from kit.quantization.registry import Method, get_method
from kit.spec import resolve

# By key, what is called so and the least bits of it; the first that a method reaches is its own.
FAMILIES: Mapping[str, tuple[str, float]] = {
    "16": (N_("16 bits and more"), 12.0),
    "8": (N_("8 bits"), 7.0),
    "6": (N_("5 and 6 bits"), 5.0),
    "4": (N_("4 bits and fewer"), 0.0),
}


_FIRST = ("fp32", "bf16")


@dataclass(frozen=True)
class Offer:
    """One method as a person may tick it.

    Parameters
    ----------
    name : str
    title, note : str
        In the reader's language; "" where nothing is known of it.
    engine : str
        A key of `kit.engines.homes.ENGINES`.
    bits : float, optional
        Of each weight of a linear layer.
    calibrated : bool
        Does it look at rows?
    lacks : tuple of Lack
        What keeps it from running on this machine.
    barred : str
        Why it cannot hold this model, as a sentence, or "".
    """

    name: str
    title: str
    note: str
    engine: str
    bits: float | None = None
    calibrated: bool = False
    lacks: tuple[Lack, ...] = ()
    barred: str = ""

    @property
    def runs(self) -> bool:
        """Can it hold the model here?"""
        return not self.lacks and not self.barred

    @property
    def family(self) -> str:
        """Its key in `FAMILIES`, or "" where its bits are not known."""
        if self.bits is None:
            return ""
        bits = self.bits
        return next(key for key, (_title, least) in FAMILIES.items() if bits >= least)


@dataclass(frozen=True)
class Foretold:
    """What a way of holding a model is predicted to take, as far as that can be told."""

    memory_bytes: float | None = None
    speed: SpeedEstimate | None = None
    making_s: float = 0.0  # of the file that the engine reads, made once


def offers(names: Iterable[str], config: str = "") -> dict[str, Offer]:
    """Return each of `names`, and every method that is registered, by name.

    Parameters
    ----------
    names : iterable of str
        Methods that are offered whether they are registered or not.
    config : str, optional
        The model's config.json, where it is known.
    """
    lacking: dict[object, tuple[Lack, ...]] = {}  # asked once for what many methods need
    return {name: _offer(name, config, lacking) for name in dict.fromkeys([*registered(), *names])}


def known(name: str) -> Method | None:
    """Return the method of that name, which may be one of a family, or None."""
    try:
        return get_method(name)
    except KitError:
        return None


def _offer(name: str, config: str, lacking: dict[object, tuple[Lack, ...]]) -> Offer:
    method = known(name)
    if method is None:
        return Offer(name, "", "", home(name), METHOD_BITS.get(name))
    needs = (method.packages, method.extra, method.devices, method.engine)
    if needs not in lacking:
        lacking[needs] = lacks_of(method)
    return Offer(
        name,
        _(method.title),
        _(method.note) if method.note else "",
        method.engine,
        METHOD_BITS.get(name, method.bits),
        method.calibrated,
        lacking[needs],
        _barred(method.why_not, config),
    )


@lru_cache(maxsize=256)
def _barred(why_not: str, config: str) -> str:
    return str(resolve(why_not)(json.loads(config))) if why_not and config else ""


def config_of(model: str) -> str:
    """Return the config.json of a model that is a folder on this machine, or ""."""
    try:
        path = Path(locate(model).path) / "config.json"
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (KitError, OSError, ValueError):
        return ""


def by_engine(among: Iterable[Offer]) -> dict[str, list[Offer]]:
    """Return what can run, by engine, in the order of the engines, those of most bits first."""
    able = sorted((each for each in among if each.runs), key=lambda each: -(each.bits or 0.0))
    return {engine: own for engine in ENGINES if (own := [each for each in able if each.engine == engine])}


def engine_title(engine: str) -> str:
    """Return what people call an engine."""
    return _(TITLES[engine][0]) if engine in TITLES else engine


def everything(among: Mapping[str, Offer], *, calibrated: bool) -> list[str]:
    """Return the methods that can hold the model here, plain floats first; those that look at rows if `calibrated`."""
    able = [name for name, each in among.items() if each.runs and (calibrated or not each.calibrated)]
    return plain_first(able)


def plain_first(names: Iterable[str]) -> list[str]:
    """Return methods in their order, but for the plain floats that others are compared with."""
    return sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def foretold(model: str, method: str, speed: Speed | None) -> Foretold:
    """Return what holding `model` as `method` is predicted to take here.

    Parameters
    ----------
    model : str
    method : str
    speed : Speed, optional
        Of this machine, where it was measured.
    """
    card = _card(model)
    if card is None or method not in METHOD_BITS:
        return Foretold()
    try:
        memory = fit(card, method).needed_bytes
        told = None  # nobody has said how fast weights are read that have no kernel here
        if speed is not None and method in KERNELS:
            told = expected_speed(card, method, speed)
        making = estimate_making(card, method, speed)
        return Foretold(memory, told, 0.0 if making is None else making.seconds)
    except KitError:
        return Foretold()


@lru_cache(maxsize=64)
def _card(model: str) -> ModelCard | None:
    try:
        return card_here(model)
    except KitError:
        return None
