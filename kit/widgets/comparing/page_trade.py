"""The trade-off with limits that can be dragged, typed or moved with the keys, and who meets them."""

from __future__ import annotations

from typing import Any

import htpy as h

from kit.i18n import _
from kit.plots.limits import limit_words, limits_sentence, missed
from kit.plots.metrics import Metric, metric
from kit.plots.plane import Axis, Plane, Spot
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets import parts
from kit.widgets.comparing.desk import CompareDesk

_MEMORY = ("max_vram_reserved_mib", "max_ram_mib")
_GRIP, _HIT = 11.0, 9.0  # pixels


def trade(desk: CompareDesk, drawn: str) -> h.Element:
    """Return the choosers of the two axes, and the plot with its lines."""
    quality, cost = desk.drawn()
    return h.div(".tb-section", style="border: 0; padding: 0")[
        h.div(".tb-row")[
            _chooser("quality", _("Quality"), desk.qualities(), quality),
            _chooser("cost", _("against"), desk.costs(), cost or ""),
        ],
        h.div(".tb-trade")[parts.plot(drawn), _over(desk, desk.figures.plane)],
    ]


def _chooser(name: str, label: str, names: list[str], chosen: str) -> h.Node:
    if not names:
        return None
    options = [h.option(value=each, selected=each == chosen)[metric(each).title] for each in names]
    field = h.select(name=name, data_change="set", data_value=chosen)[options]
    return h.label(".tb-choose.tb-small")[h.span(".tb-mute")[label], field]


def _over(desk: CompareDesk, plane: Plane | None) -> h.Node:
    """Return what lies over the plot: shades beyond the limits, pale marks of those that miss one, the lines."""
    if plane is None:
        return None
    rows = {variant_name(row): row for row in desk.results()}
    out = [spot for spot in plane.spots if desk.limits and missed(rows[spot.name], desk.limits)]
    attributes: dict[str, Any] = {
        "class": "tb-over",
        "data-live": True,
        "data-key": "limits",
        "viewBox": f"0 0 {plane.width:g} {plane.height:g}",
        "preserveAspectRatio": "xMinYMid meet",
        "style": f"height: {plane.height:.0f}px",
        "role": "group",
        "aria-label": _("Limits"),
    }
    axes = ((plane.x, plane.y, "x"), (plane.y, plane.x, "y"))
    return h.svg(attributes)[
        (_beyond(desk, axis, other, side) for axis, other, side in axes),
        (_pale(spot) for spot in out),
        (_line(desk, axis, other, side) for axis, other, side in axes),
    ]


def _pale(spot: Spot) -> h.Element:
    return h.circle(
        {
            "class": "tb-pale",
            "data-key": f"pale-{spot.name}",
            "cx": f"{spot.x:.1f}",
            "cy": f"{spot.y:.1f}",
            "r": f"{spot.radius + 3:.1f}",
        }
    )


def _place(desk: CompareDesk, axis: Axis) -> float:
    """Return where a limit stands, in pixels: at the end that all values meet where there is none."""
    limit = desk.limits.get(axis.name)
    return axis.place(limit) if limit is not None else _lenient(axis)


def _lenient(axis: Axis) -> float:
    return axis.start if metric(axis.name).more else axis.end


def _beyond(desk: CompareDesk, axis: Axis, other: Axis, side: str) -> h.Element:
    place, edge = _place(desk, axis), _lenient(axis)
    along, across = sorted((place, edge)), sorted((other.start, other.end))
    x, y = (along, across) if side == "x" else (across, along)
    return h.rect(
        {
            "class": "tb-beyond",
            "data-beyond": axis.name,
            "data-key": f"beyond-{side}",
            **{"x": f"{x[0]:.1f}", "y": f"{y[0]:.1f}"},
            **{"width": f"{x[1] - x[0]:.1f}", "height": f"{y[1] - y[0]:.1f}"},
        }
    )


def _line(desk: CompareDesk, axis: Axis, other: Axis, side: str) -> h.Element:
    known, limit, place = metric(axis.name), desk.limits.get(axis.name), _place(desk, axis)
    low, high = sorted((other.start, other.end))
    move = f"translate({place:.1f} 0)" if side == "x" else f"translate(0 {place:.1f})"
    return h.g({"class": "tb-limit", "transform": move, **_slider(known, axis, limit, place, side)})[
        h.rect(_box(side, low, high, _HIT)),
        h.line({"y1": f"{low:g}", "y2": f"{high:g}"} if side == "x" else {"x1": f"{low:g}", "x2": f"{high:g}"}),
        h.rect({"class": "tb-grip", "rx": "3", **_grip(side, low, high)}),
        h.text(_text_place(axis, side, place, low, high))[_label(known, limit)],
    ]


def _slider(known: Metric, axis: Axis, limit: float | None, place: float, side: str) -> dict[str, Any]:
    shown = (axis.high if not known.more else axis.low) if limit is None else limit
    words = _("{what} at least {limit}") if known.more else _("{what} at most {limit}")
    none = _("no limit on {what}").format(what=known.title)
    return {
        "role": "slider",
        "tabindex": "0",
        "data-key": f"limit-{side}",
        "data-limit": known.name,
        "data-axis": side,
        **{f"data-{name}": f"{value:g}" for name, value in _ends(axis).items()},
        "data-share": f"{(place - axis.start) / (axis.end - axis.start):.4f}",
        "data-scale": f"{1 / known.meant(1.0):.9g}",
        "data-unit": known.unit,
        "data-log": axis.log,
        "data-more": known.more,
        "data-off": limit is None,
        "data-words": words.format(what=known.title, limit="{}"),
        "data-none": none,
        "aria-orientation": "horizontal" if side == "x" else "vertical",
        "aria-label": _("Limit: {what}").format(what=known.title),
        "aria-valuemin": known.typed(axis.low),
        "aria-valuemax": known.typed(axis.high),
        "aria-valuenow": known.typed(shown),
        "aria-valuetext": none if limit is None else limit_words(known.name, limit),
    }


def _ends(axis: Axis) -> dict[str, float]:
    return {"low": axis.low, "high": axis.high, "start": axis.start, "end": axis.end}


def _box(side: str, low: float, high: float, half: float) -> dict[str, str]:
    """Return a box of `half` a width around a line, where it can be taken hold of."""
    along, across = ("y", "x") if side == "x" else ("x", "y")
    length, width = ("height", "width") if side == "x" else ("width", "height")
    return {along: f"{low - 8:g}", length: f"{high - low + 16:g}", across: f"{-half:g}", width: f"{2 * half:g}"}


def _grip(side: str, low: float, high: float) -> dict[str, str]:
    """Return where a line is held: at its top, or at its right end."""
    if side == "x":
        return {"x": "-4", "y": f"{low - 6:g}", "width": "8", "height": f"{2 * _GRIP - 4:g}"}
    return {"x": f"{high - _GRIP:g}", "y": "-4", "width": f"{2 * _GRIP - 4:g}", "height": "8"}


def _text_place(axis: Axis, side: str, place: float, low: float, high: float) -> dict[str, str]:
    if side == "y":
        return {"x": f"{high - _GRIP - 8:g}", "y": "-5", "text-anchor": "end"}
    late = place > (axis.start + axis.end) / 2
    return {"x": "-9" if late else "9", "y": f"{low + 8:g}", "text-anchor": "end" if late else "start"}


def _label(known: Metric, limit: float | None) -> str:
    return "" if limit is None else f"{'≥' if known.more else '≤'} {known.typed(limit)} {known.unit}".rstrip()


def limit_fields(desk: CompareDesk, results: list[Result]) -> h.Element:
    """Return the limits as fields, and the sentence on who meets them."""
    quality, cost = desk.drawn()
    memory = next((name for name in _MEMORY if any(name in row.metrics for row in results)), None)
    names = dict.fromkeys([quality, *filter(None, (cost, memory)), *desk.limits])
    said = limits_sentence(results, desk.limits)
    hint = _("Drag the handles at the edges of the plot, or type limits, to see which variants meet them.")
    clear = h.button(".tb-link", type="button", data_action="nolimits", data_key="nolimits")[_("No limits")]
    return h.div(data_key="limit-fields")[
        h.div(".tb-limits", role="group", aria_label=_("Limits"))[
            (_field(metric(name), desk.limits.get(name)) for name in names), clear if desk.limits else None
        ],
        h.p(".tb-note", style="margin-top: 6px", aria_live="polite")[
            h.b[said] if said else h.span(".tb-small.tb-mute")[hint]
        ],
    ]


def _field(known: Metric, limit: float | None) -> h.Element:
    words = _("{what} at least") if known.more else _("{what} at most")
    value = "" if limit is None else known.typed(limit)
    field = h.input(
        type="text",
        inputmode="decimal",
        name=f"limit:{known.name}",
        value=value,
        placeholder="–",
        data_change="set",
        autocomplete="off",
    )
    label = h.span(".tb-small.tb-mute")[words.format(what=known.title)]
    unit = h.span(".tb-small.tb-mute")[known.unit] if known.unit else None
    return h.label(data_key=f"field-{known.name}")[label, field, unit]
