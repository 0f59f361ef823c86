"""Why a model fits or does not, in sentences with numbers."""

from __future__ import annotations

from kit.i18n import _
from kit.machine.facts import MIB, Machine
from kit.models.fit import TIGHT_SHARE, Fit, room_bytes
from kit.words import count, memory


def reasons(found: Fit) -> tuple[str, ...]:
    """Return the reasons of a fit; the one that decides comes first."""
    told = [_too_long(found), _disk(found), *_memory(found), _free(found)]
    return tuple(sentence for sentence in told if sentence)


def size(number_of_bytes: float) -> str:
    """Return bytes as people read them, such as "3.9 GB"."""
    return memory(number_of_bytes / MIB)


def _too_long(found: Fit) -> str:
    if found.context <= found.card.context:
        return ""
    return _("{title} reads at most {most} tokens at once; {asked} are asked for.").format(
        title=found.card.title, most=count(found.card.context), asked=count(found.context)
    )


def _disk(found: Fit) -> str:
    if found.download_bytes is None or found.disk_free_bytes is None:
        return ""
    return _("Its download takes {size}, and the disk has {free} free.").format(
        size=size(found.download_bytes), free=size(found.disk_free_bytes)
    )


def too_large(needed_bytes: float, machine: Machine) -> str:
    """Return that something needs more memory than `machine` has: told alike of models and of work."""
    return _("It needs {needed}, and {place} has {room}.").format(
        needed=size(needed_bytes), place=place_words(machine), room=size(room_bytes(machine))
    )


def nearly_too_large(needed_bytes: float, machine: Machine) -> str:
    """Return that something needs nearly all the memory that `machine` has."""
    text = _("It needs {needed} of the {room} that {place} has, so little is left for anything else.")
    return text.format(needed=size(needed_bytes), place=place_words(machine), room=size(room_bytes(machine)))


def place_words(machine: Machine) -> str:
    """Return whose memory counts: the name of the largest GPU, or "this machine"."""
    gpu = max(machine.gpus, key=lambda gpu: gpu.memory_mib, default=None)
    return _("this machine") if gpu is None else gpu.name


def _memory(found: Fit) -> list[str]:
    if found.needed_bytes > found.room_bytes:
        verdict = too_large(found.needed_bytes, found.machine)
    elif found.needed_bytes > TIGHT_SHARE * found.room_bytes:
        verdict = nearly_too_large(found.needed_bytes, found.machine)
    else:
        verdict = _("It needs {needed} of the {room} that {place} has.").format(
            needed=size(found.needed_bytes), room=size(found.room_bytes), place=place_words(found.machine)
        )
    return [verdict, _parts(found)]


def _parts(found: Fit) -> str:
    told = found.estimate
    rest = max(told.total_bytes - told.weights_bytes - told.kv_cache_bytes, 0)
    words = _("Weights {weights}, keys and values of {tokens} tokens {cache}, the rest {rest}.").format(
        weights=size(told.weights_bytes),
        tokens=count(found.context * found.batch),
        cache=size(told.kv_cache_bytes),
        rest=size(rest),
    )
    if found.needed_bytes > told.total_bytes * 1.01:
        words += " " + _("While it loads it takes {needed}.").format(needed=size(found.needed_bytes))
    return words


def _free(found: Fit) -> str:
    free = found.free_bytes
    if found.state == "no" or free is None or found.needed_bytes <= free:
        return ""
    return _("Only {free} are free now: end other programs first.").format(free=size(free))
