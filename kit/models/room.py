"""Is there room for a piece of work on this machine? Said before anything loads, with the nearest change.

Estimates can be wrong, so work is refused only where it needs more than the machine has at all; where it comes near,
there is a warning.
"""

from __future__ import annotations

from kit.errors import NoRoomError
from kit.i18n import _
from kit.machine.facts import MIB, memory_free_mib, this_machine
from kit.models.fit import TIGHT_SHARE, room_bytes
from kit.models.fit_words import nearly_too_large, size, too_large
from kit.spec import Needs, Spec


def check_room(spec: Spec, needs: Needs) -> str:
    """Raise where the machine can never give what `spec` needs; return a warning where it is tight, else "".

    Parameters
    ----------
    spec : Spec
        Asked for lighter forms of itself when it is refused.
    needs : Needs
        Of `spec`.

    Raises
    ------
    NoRoomError
        With what it needs, what there is, why, and the nearest change as an argument.
    """
    needed, room = needed_bytes(needs), room_bytes(this_machine())
    if needed is None:
        return ""
    if needed > room:
        raise NoRoomError(f"{too_large(needed, this_machine())} {needs.why}".strip(), fix=_fix(spec))
    free = None if needs.gpu_bytes else memory_free_mib() * MIB
    if needed > TIGHT_SHARE * room:
        return nearly_too_large(needed, this_machine())
    if free is not None and needed > free:
        return _("It needs {needed}, and {free} are free now: memory may be short.").format(
            needed=size(needed), free=size(free)
        )
    return ""


def has_room(needs: Needs) -> bool:
    """Could this machine ever give what is needed, as far as it is known?"""
    needed = needed_bytes(needs)
    return needed is None or needed <= room_bytes(this_machine())


def needed_bytes(needs: Needs) -> int | None:
    """Return what is needed of the memory that counts here: of a GPU, or main memory."""
    return needs.gpu_bytes if this_machine().gpus else needs.memory_bytes


def _fix(spec: Spec) -> str:
    for lighter, change in spec.lighter():
        needs = lighter.needs()
        needed = needed_bytes(needs)
        if needed is not None and has_room(needs):
            first = _("With {change} it needs {needed}.").format(change=change, needed=size(needed))
            break
    else:
        first = _("Nothing near it needs so little: choose a smaller model; kit.recommend(…) lists those that fit.")
    return first + " " + _("This is an estimate: now=True (tunebook run --now) begins all the same.")
