"""What the picker says of a machine, a licence, a language and a size."""

from __future__ import annotations

from kit.i18n import N_, _
from kit.machine import Machine
from kit.models import ModelCard
from kit.models.fit import Fit
from kit.plots.words import MB_PER_MIB, number, parameters

METHODS = {"bnb-int8": "int8", "bnb-nf4": "nf4", "bnb-fp4": "fp4"}  # where there is room for few letters
_COMMERCIAL = {
    "yes": ("✓", N_("commercial use")),
    "conditions": ("✓", N_("commercial use on conditions")),
    "no": ("✗", N_("no commercial use")),
    "unknown": ("?", N_("commercial use unknown")),
}
_FIELDS = {"code": N_("code"), "finance": N_("finance"), "medicine": N_("medicine"), "reasoning": N_("reasoning")}
_READS = {"text": N_("text"), "image": N_("pictures"), "video": N_("video")}


def machine_words(machine: Machine) -> str:
    """Return this machine in a few words, as in "2 cores · 26 GB · AMX · no GPU"."""
    memory = gigabytes(machine.memory_mib * MB_PER_MIB * 1e6)
    notable = [name for name in ("AMX", "AVX-512", "AVX2", "NEON") if name in machine.instruction_sets][:1]
    gpus = [f"{gpu.name} {gigabytes(gpu.memory_mib * MB_PER_MIB * 1e6)}" for gpu in machine.gpus] or [_("no GPU")]
    return " · ".join([_("{n} cores").format(n=machine.cores), memory, *notable, *gpus])


def gigabytes(size: float) -> str:
    """Return bytes in GB, or in MB below a tenth of one."""
    return _("{n} GB").format(n=number(size / 1e9)) if size >= 99.5e6 else _("{n} MB").format(n=number(size / 1e6))


def method_words(method: str) -> str:
    """Return how weights are held, in few letters."""
    return METHODS.get(method, method)


def fit_words(fit: Fit) -> str:
    """Return in a word or two whether something fits, and else what is in the way."""
    if fit.state != "no":
        return _("fits") if fit.state == "fits" else _("tight")
    if fit.needed_bytes > fit.room_bytes:
        return _("too large")
    return _("too long") if fit.context > fit.card.context else _("disk full")


def reads_words(modality: str) -> str:
    """Return what a model reads, as in "text and pictures"."""
    words = [_(_READS[each]) if each in _READS else each for each in modality.split("+")]
    return _("{some} and {last}").format(some=", ".join(words[:-1]), last=words[-1]) if words[1:] else words[0]


def field_words(tag: str) -> str:
    """Return the field that a model was made for."""
    return _(_FIELDS.get(tag, tag))


def commercial_words(card: ModelCard) -> tuple[str, str]:
    """Return a sign and the words for whether the licence allows commercial use."""
    sign, words = _COMMERCIAL[card.licence_commercial]
    return sign, _(words)


def about_words(card: ModelCard) -> list[str]:
    """Return family, size and month of a model, and how many parameters work on one token of a mixture of experts."""
    size = parameters(card.parameters)
    if card.experts is not None:
        size = _("{n}, MoE {active} active").format(n=size, active=parameters(card.active_parameters))
    reads = "" if card.modality == "text" else reads_words(card.modality)
    return [word for word in (card.family, size, reads, card.released) if word]
