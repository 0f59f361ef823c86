"""What a model takes of this machine and how fast it is said to be, one line for each way of holding it."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from kit.i18n import _
from kit.plots.words import MB_PER_MIB, number
from kit.widgets.parts import Tone
from kit.widgets.picking.measured import Figures
from kit.widgets.picking.offer import Offer, Way
from kit.widgets.picking.words import fit_words, gigabytes, method_words

_PARTS = ("weights", "cache", "rest")
_TONES: dict[str, Tone] = {"fits": "ok", "tight": "warn", "no": ""}


def legend(room: float) -> h.Element:
    """Return what the parts of a bar are, and what the whole bar is."""
    words = {"weights": _("weights"), "cache": _("KV cache"), "rest": _("all else")}
    keys = [h.span(".tb-key")[h.i(".tb-swatch", data_of=part), word] for part, word in words.items()]
    return h.span(".tb-keys.tb-tiny")[keys, h.span[_("of {room}").format(room=gigabytes(room))]]


def ways_head(room: float, *, measured: bool) -> h.Element:
    """Return the titles of the columns inside the lines."""
    also = _(" → measured") if measured else ""
    return h.div(".tb-way")[
        h.span,
        h.span[_("Memory of {room}, predicted").format(room=gigabytes(room)), also],
        h.span,
        h.span,
        h.span(".tb-pace")[_("Decode, predicted"), also],
    ]


def ways_lines(each: Offer, figures: Mapping[str, Figures]) -> h.Element:
    """Return one line for each way in which a row shows a model."""
    if not each.ways:
        return h.span(".tb-tiny")[_("no figures: its config.json cannot be read here")]
    return h.div(".tb-ways")[(_line(each, way, figures.get(way.method)) for way in each.ways)]


def _line(each: Offer, way: Way, figures: Figures | None) -> h.Element:
    best = not each.barred and each.best is not None and each.best.method == way.method
    return h.div(".tb-way", data_best=best, data_state="no" if way.lacks or each.barred else way.fit.state)[
        h.span(".tb-method", title=way.method)[method_words(way.method)],
        stack(way),
        h.span(".tb-need")[_need(way, figures)],
        state(way, plain=not best),
        h.span(".tb-pace")[decode_words(way, figures)],
    ]


def stack(way: Way) -> h.Element:
    """Return the memory as a bar against that of this machine; what is beyond its end is cut off."""
    room = way.fit.room_bytes or 1.0
    drawn = [
        h.i(data_of=name, style=f"width: {min(size / room, 1.0) * 100:.1f}%")
        for name, size in zip(_PARTS, way.parts, strict=True)
        if size > 0
    ]
    return h.span(".tb-stack", role="img", aria_label=parts_words(way), title=parts_words(way))[drawn]


def parts_words(way: Way) -> str:
    """Return where the memory goes, in words."""
    weights, cache, rest = (gigabytes(size) for size in way.parts)
    return _("weights {weights}, KV cache {cache}, all else {rest}; {room} are here").format(
        weights=weights, cache=cache, rest=rest, room=gigabytes(way.fit.room_bytes)
    )


def memory_words(way: Way, figures: Figures | None) -> str:
    """Return the memory that is predicted and, where a run has measured it, that beside it."""
    return _arrow(way.fit.needed_bytes / 1e9, _measured_gb(way, figures), _("GB"))


def _need(way: Way, figures: Figures | None) -> h.Node:
    """Return the same for a row, which where it is narrow keeps what was measured for the details."""
    gb, measured = way.fit.needed_bytes / 1e9, _measured_gb(way, figures)
    also = h.span(".tb-also")[f" → {number(measured)}"] if measured is not None else None
    return [number(gb), also, " ", _("GB")]


def _measured_gb(way: Way, figures: Figures | None) -> float | None:
    if figures is None or figures.max_ram_mib is None or way.fit.machine.gpus:
        return None
    return figures.max_ram_mib * MB_PER_MIB / 1000


def state(way: Way, *, plain: bool = False) -> h.Element:
    """Return in a word whether a way can be taken here; `plain`: only a warning has a colour."""
    if way.fit.state != "no" and way.lacks:
        return h.span(".tb-fits", title=way.lacks[0].reason)[_("not installed")]
    return h.span(".tb-fits", data_tone=_tone(way.fit.state, plain) or None)[fit_words(way.fit)]


def _tone(state: str, plain: bool) -> Tone:
    return "" if plain and state == "fits" else _TONES[state]


def decode_words(way: Way, figures: Figures | None) -> str:
    """Return how many tokens a second are predicted and, where a run has measured it, how many there were."""
    predicted = way.speed.decode_tokens_per_s if way.speed is not None and way.fit.state != "no" else None
    return _arrow(predicted, figures.decode_tokens_per_s if figures else None, _("tok/s"))


def prefill_words(way: Way, figures: Figures | None) -> str:
    """Return the same of tokens that are read."""
    predicted = way.speed.prefill_tokens_per_s if way.speed is not None and way.fit.state != "no" else None
    return _arrow(predicted, figures.prefill_tokens_per_s if figures else None, _("tok/s"))


def _arrow(predicted: float | None, measured: float | None, unit: str) -> str:
    if predicted is None and measured is None:
        return "–"
    words = "–" if predicted is None else number(predicted)
    return f"{words} {unit}" if measured is None else f"{words} → {number(measured)} {unit}"
