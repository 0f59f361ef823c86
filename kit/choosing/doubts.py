"""What is not sure about a choice, a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.choosing.evidence import Evidence
from kit.choosing.guess import lost
from kit.choosing.options import Option
from kit.i18n import _
from kit.models.estimates import SpeedEstimate, kept_errors
from kit.words import count

_BUSY = 0.1  # share of all cores


def doubts(option: Option, evidence: Evidence, limits: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is uncertain about `option`, the weightiest first."""
    found = [_quality(option, evidence), _memory(option), _speed(option), _licence(option, limits)]
    return tuple(sentence for group in found for sentence in group if sentence)


def _quality(option: Option, evidence: Evidence) -> list[str]:
    if evidence.kind == "this data":
        few = evidence.own is not None and evidence.own.rows < 100
        return [_one_answer(evidence), _("It was measured on few rows.") if few else ""]
    told = [_("Larger and newer models are usually better within a design, and no more is known.")]
    if evidence.kind == "published":
        place = _(
            "The order of models that were scored alike follows them; all other places are guesses from size and age."
        )
        told = [_("Published scores tell of other tasks than yours."), place]
    elif evidence.kind == "this task":
        told = [_("Other data may show another order.")]
    if lost(option.method):
        told.append(_("That fewer bits cost little is a guess: measure it beside bf16."))
    return [_one_answer(evidence), *told]


def _one_answer(evidence: Evidence) -> str:
    """Return that it gave every row the same label, or ""."""
    label = evidence.only_answer
    told = _("It gave every row the label '{label}': its accuracy says only how frequent that label is.")
    return told.format(label=label) if label else ""


def _memory(option: Option) -> list[str]:
    told = []
    if option.fit.state == "tight":
        told.append(_("Memory is tight: little is left for anything else."))
    elif not option.fit.fits_now:
        told.append(option.fit.reasons[-1])
    if option.fit.needed_bytes == option.memory_bytes:  # estimated, not measured
        told.append(_estimated())
    return told


def _estimated() -> str:
    known = kept_errors().get("max_ram_mib")
    if known is None:
        return _("Its memory is estimated; no estimate was compared with a measurement on this machine yet.")
    return _(
        "Its memory is estimated: such estimates were {median:.0%} off here (median of {n}, worst {worst:.0%})."
    ).format(median=known.median, n=count(known.count), worst=known.worst)


def _speed(option: Option) -> list[str]:
    if option.timed:
        return []
    if option.speed is None:
        return [_("Its speed is not known: measure this machine once with kit.machine.measure_speed().")]
    return [_expected(option.speed), _disturbed(option)]


def _expected(speed: SpeedEstimate) -> str:
    if speed.learned_from:
        told = _("Its speed is expected from this machine's, put right by {n} measurements; load and length change it.")
        return told.format(n=count(speed.learned_from))
    return _("Its speed is expected from this machine's bandwidth and arithmetic, and may be off by half.")


def _disturbed(option: Option) -> str:
    """Return that the machine was busy when it was measured, or ""."""
    share = 0.0 if option.asked.speed is None else option.asked.speed.bystanders
    if share <= _BUSY:
        return ""
    told = _("Other programs used {share:.0%} of this machine when it was measured: measure it again when it is quiet.")
    return told.format(share=share)


def _licence(option: Option, limits: Mapping[str, Any]) -> list[str]:
    card = option.card
    if limits.get("licence") == "commercial" and card.licence_commercial == "conditions":
        terms = card.licence_terms or card.licence
        return [_("Commercial use is bound to conditions: {terms}").format(terms=terms)]
    return []
