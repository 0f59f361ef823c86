"""What a tuning will take, told by light code before anything loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.i18n import _
from kit.machine import this_machine
from kit.machine.facts import MIB
from kit.models import ModelCard, card_here
from kit.models.estimates.weights import METHOD_BITS, weights_bytes
from kit.spec import Needs
from kit.tuning.estimate import divided, precision_of
from kit.tuning.fitting.deciding import Decision, decide
from kit.tuning.fitting.room import room_of_process
from kit.tuning.lengths import guessed_rows
from kit.words import memory as memory_words

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


def needs_of(spec: TuneSpec) -> Needs:
    """Return the devices and the main memory that carrying `spec` out takes, once what it leaves open is decided.

    On GPUs weights and activations are in the GPU's memory, so main memory is not told there. On the CPU it is what
    all processes take together, or None where the model has no card or the data cannot be read.
    """
    gpus = len(this_machine().gpus)
    found = _decided(spec)
    memory, why = (None, "") if found is None else (found[0].peak_bytes, _why(*found))
    if gpus:
        return Needs(tuple(f"cuda:{i}" for i in range(min(spec.processes, gpus))), gpu_bytes=memory, why=why)
    return Needs(("cpu",), None if memory is None else memory * spec.processes, why=why)


def _decided(spec: TuneSpec) -> tuple[Decision, ModelCard] | None:
    try:
        card = card_here(spec.model)
        return None if card is None else (decide(spec, card, room_of_process(spec), guessed_rows(spec)), card)
    except (KitError, OSError, ValueError):  # the work itself will say what is wrong
        return None


def _why(decision: Decision, card: ModelCard) -> str:
    spec = decision.spec
    bits = METHOD_BITS[spec.quantization] if spec.quantization else 16 if precision_of(spec) == "bf16" else 32
    weights = memory_words(weights_bytes(card, bits) / divided(spec).parts / MIB)
    told = _("The weights of {title} take {size}, and the rest is what training keeps of each row.")
    if spec.method == "full":
        told = _("The weights of {title} take {size}, and each has a gradient and two averages beside it.")
    elif spec.processes > 1:
        told = _(
            "The weights of {title} take {size} in each of {n} processes, and training keeps something of each row."
        )
    return told.format(title=card.title, size=weights, n=spec.processes)
