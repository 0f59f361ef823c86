"""Every method on every engine, on this machine: ready, what it lacks, or why the two do not go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kit.engines.combinations import Combination, combination
from kit.engines.homes import ENGINES
from kit.machine.lacks import Lack
from kit.quantization.lacks import lacks_of
from kit.quantization.registry import Method, methods

__all__ = ["Combination", "Pair", "combination", "pairs"]


@dataclass(frozen=True)
class Pair:
    """One method on one engine.

    Parameters
    ----------
    method : Method
        How weights are held.
    engine : str
        What is to run them.
    state : {"ready", "lacks", "cannot", "never tried"}
        "lacks": they go together, but not on this machine as it is.
    reason : str
        Why not; "" where it is ready.
    lacks : tuple of Lack
        What would make it ready, with what to type.
    """

    method: Method
    engine: str
    state: Literal["ready", "lacks", "cannot", "never tried"]
    reason: str = ""
    lacks: tuple[Lack, ...] = ()


def pairs() -> list[Pair]:
    """Return every method on every engine, the methods in the order of the registry."""
    return [_pair(method, engine) for method in methods().values() for engine in ENGINES]


def _pair(method: Method, engine: str) -> Pair:
    told = combination(method.name, engine)
    if engine != method.engine:
        state: Literal["cannot", "never tried"] = "never tried" if told.state == "never tried" else "cannot"
        return Pair(method, engine, state, told.reason)
    lacks = lacks_of(method)
    if lacks:
        return Pair(method, engine, "lacks", "; ".join(lack.reason for lack in lacks), lacks)
    return Pair(method, engine, "ready")
