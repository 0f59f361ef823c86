"""What `tunebook doctor` finds, as plain values: what it prints, and what programs read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.engines.lacks import ENGINES, engine_lacks
from kit.experiments.selftest.kept import last_self_test
from kit.i18n import _
from kit.machine import Speed, memory_free_mib, this_machine
from kit.machine.lacks import Lack, lacks
from kit.machine.live import disk
from kit.machine.packages import extras, needs
from kit.models.shelf import shelf
from kit.place import cache, home
from kit.quantization import methods
from kit.quantization.combinations import Pair, pairs
from kit.quantization.lacks import lacks_of
from kit.version import version


def checkup(speed: Speed | None) -> dict[str, Any]:
    """Return everything that is known of this installation; `wrong` is what must be put right.

    Parameters
    ----------
    speed : Speed, optional
        What was measured, if anything.
    """
    machine = this_machine()
    return {
        "version": version(),
        "machine": {**machine.to_dict(), "memory_free_mib": round(memory_free_mib(), 1)},
        "speed": None if speed is None else speed.to_dict(),
        "engines": [{"name": name, "title": _(ENGINES[name][0]), **_told(engine_lacks(name))} for name in ENGINES],
        "methods": [
            {
                "name": each.name,
                "title": _(each.title),
                "engine": each.engine,
                **_told(lacks_of(each)),
                "self_test": _self_test(each.name),
            }
            for each in methods().values()
        ],
        "combinations": [_combination(each) for each in pairs()],
        "extras": [
            {"name": extra.name, "gives": extra.gives, **_told([extra.lack] if extra.lack else [])}
            for extra in extras()
            if extra.name != "dev"
        ],
        "packages": [
            {"name": need.name, "wanted": need.wanted, "found": need.found, "fits": need.fits} for need in needs()
        ],
        "disks": [_disk(what, folder) for what, folder in (("runs", home()), ("models", cache()))],
        "models": [{"name": each.name, "title": each.title, "bytes": each.size_bytes} for each in shelf()],
        "wrong": [{"reason": lack.reason, "command": lack.command} for lack in lacks()],
    }


def model_checkup(name: str, speed: Speed | None) -> list[dict[str, Any]]:
    """Return how the model `name` would fit and answer here, by method.

    Raises
    ------
    KitError
        There is no such model.
    """
    from kit.models import METHOD_BITS, card_of, expected_speed
    from kit.models.fit import fit

    card = card_of(name)
    found = []
    for each in methods().values():
        if each.name not in METHOD_BITS:
            continue
        how = fit(card, each.name)
        pace = None if speed is None else expected_speed(card, each.name, speed)
        found.append(
            {
                "model": card.name,
                "method": each.name,
                "state": how.state,
                "needed_bytes": how.needed_bytes,
                "room_bytes": how.room_bytes,
                "reasons": list(how.reasons),
                "change": how.advice,
                "ttft_s": None if pace is None else pace.ttft_s,
                "decode_tokens_per_s": None if pace is None else pace.decode_tokens_per_s,
                **_told(lacks_of(each)),
            }
        )
    return found


def _combination(pair: Pair) -> dict[str, Any]:
    """Return one method on one engine: does it run, if not why not, and its last self-test."""
    ready = pair.state == "ready"
    return {
        "method": pair.method.name,
        "engine": pair.engine,
        "state": pair.state,
        "reason": pair.reason,
        **_told(pair.lacks),
        "ready": ready,
        "self_test": _self_test(pair.method.name) if pair.engine == pair.method.engine else None,
    }


def _self_test(method: str) -> dict[str, Any] | None:
    last = last_self_test(method)
    return None if last is None else last.to_dict()


def _told(found: Sequence[Lack]) -> dict[str, Any]:
    return {
        "ready": not found,
        "lacks": [{"reason": lack.reason, "command": lack.command, "fix": lack.fix} for lack in found],
    }


def _disk(what: str, folder: Any) -> dict[str, Any]:
    free, total = disk(folder.absolute())
    return {"what": what, "folder": str(folder), "free_bytes": free, "total_bytes": total}
