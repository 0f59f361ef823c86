"""The neighbourhood of an alert as SVG: money runs from left to right, devices stand above, a way back below.

Kinds differ in form, not in colour alone: accounts here are circles, accounts elsewhere are hollow, merchants are
squares, devices are rounded plates. Colours are those of the page, so that one drawing serves light and dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import htpy as h
from markupsafe import Markup

from kit.i18n import _
from kit.plots.words import count
from kit.widgets.figures import inner_width

_ROW = 46.0  # pixels between two nodes of a column
_RADIUS = 9.0
_NAME = 46.0  # that a name takes
_WIDEST, _TWO_COLUMNS = 660.0, 1_000
_CLOSE = 480  # pixels; a narrower drawing has the amount right beside the payee
_YOUNG = 60  # days; a younger account is marked
Place = tuple[float, float]


@dataclass(frozen=True)
class _Layout:
    """Where the nodes of a neighbourhood stand."""

    places: dict[str, Place]
    width: float
    height: float


def picture(around: dict[str, Any], card: int, words: str) -> h.Element:
    """Return the drawing.

    Parameters
    ----------
    around : dict
        From `kit.verticals.finance.neighbourhood`.
    card : int, pixels
        How wide the panel is.
    words : str
        The same in sentences, for who cannot see it.
    """
    room = inner_width(card)
    wide = min(room * 0.52 if card >= _TWO_COLUMNS else room, _WIDEST)
    layout = _laid_out(around, wide)
    drawn = [_edge(edge, layout) for edge in around["edges"]]
    drawn += [_node(node, layout) for node in around["nodes"]]
    drawn += [_more(part, n, layout, around) for part, n in around["more"].items()]
    return h.figure[
        Markup(
            f'<svg class="tb-plot tb-net" role="img" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" '
            f'style="width: 100%; max-width: {layout.width:.0f}px; height: auto">'
        ),
        Markup("<title>"), _("Neighbourhood of the alert"), Markup("</title><desc>"), words, Markup("</desc>"),
        Markup(_HEADS), drawn, Markup("</svg>"),
        h.figcaption(".tb-tiny")[_legend(around)],
    ]  # fmt: skip


_HEADS = (
    '<defs><marker id="tb-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" class="tb-net-head"/></marker>'
    '<marker id="tb-arrow-this" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
    '<path d="M0 0 8 4 0 8z" class="tb-net-head-this"/></marker></defs>'
)


def _laid_out(around: dict[str, Any], width: float) -> _Layout:
    """Return places: sources, sender, payee, outlets in four columns; devices above, givers and the way back below."""
    by_part: dict[str, list[str]] = {}
    for node in around["nodes"]:
        by_part.setdefault(node["part"], []).append(node["id"])
    edge = 34.0
    step = (width - 2 * edge) / 3
    sides = max(len(by_part.get("source", [])), len(by_part.get("outlet", [])), 2)
    above = 76.0 if by_part.get("device") else 16.0
    middle = above + max((sides - 1) * _ROW / 2, 26.0) + 20
    places: dict[str, Place] = {}
    for part, x in (("source", edge), ("outlet", width - edge)):
        _column(places, by_part.get(part, []), x, middle)
    for part, column in (("sender", 1), ("payee", 2)):
        for id in by_part.get(part, []):
            places[id] = (edge + column * step, middle)
    _line(places, [*by_part.get("device", []), *by_part.get("user", [])], edge + step, 36.0, width - edge)
    below = middle + max((sides - 1) * _ROW / 2, 26.0) + 52
    way, givers = by_part.get("way", []), by_part.get("giver", [])
    for place, id in enumerate(reversed(way), start=1):  # from the sender back to the payee
        places[id] = (edge + step + step * place / (len(way) + 1), below)
    _line(places, givers, edge + 2 * step if way else edge, below, width - edge)
    return _Layout(places, width, (below if way or givers else below - 52) + 36)


def _column(places: dict[str, Place], ids: list[str], x: float, middle: float) -> None:
    for place, id in enumerate(ids):
        places[id] = (x, middle + (place - (len(ids) - 1) / 2) * _ROW)


def _line(places: dict[str, Place], ids: list[str], left: float, y: float, right: float) -> None:
    """Put nodes in a row from `left` on, or from further left where they are many."""
    apart = min(max((right - left) / max(len(ids) - 1, 1), _NAME), 78.0)
    first = min(left, right - (len(ids) - 1) * apart)
    for place, id in enumerate(ids):
        places[id] = (first + place * apart, y)


def _edge(edge: dict[str, Any], layout: _Layout) -> Markup:
    start, end = layout.places[edge["from"]], layout.places[edge["to"]]
    (x, y), (to_x, to_y) = _shortened(start, end)
    kind = edge["kind"]
    if kind == "uses":
        return Markup(f'<path class="tb-net-uses" d="{_bent(start, end)}"/>')
    arrow = "tb-arrow-this" if kind == "this" else "tb-arrow"
    line = f'<path class="tb-net-{kind}" d="M{x:.1f} {y:.1f} {to_x:.1f} {to_y:.1f}" marker-end="url(#{arrow})"/>'
    if kind != "this":
        title = Markup("<title>{}</title>").format(_edge_words(edge))
        return Markup(line.replace("/>", ">")) + title + Markup("</path>")
    text = _("{n} EUR").format(n=count(edge["amount"]))
    label = Markup('<text class="tb-net-amount" x="{}" y="{}" text-anchor="middle">{}</text>')
    return Markup(line) + label.format(f"{(x + to_x) / 2:.1f}", f"{(y + to_y) / 2 - 9:.1f}", text)


def _bent(start: Place, end: Place) -> str:
    """Return a line that goes over what stands between two nodes of one row."""
    (x, y), (to_x, to_y) = start, end
    if y != to_y:
        (x, y), (to_x, to_y) = _shortened(start, end)
        return f"M{x:.1f} {y:.1f} {to_x:.1f} {to_y:.1f}"
    high = y - _RADIUS - 2
    over = high - 8 - abs(to_x - x) * 0.06
    return f"M{x:.1f} {high:.1f} Q{(x + to_x) / 2:.1f} {over:.1f} {to_x:.1f} {high:.1f}"


def _edge_words(edge: dict[str, Any]) -> str:
    return _("{a} to {b}: {amount} EUR in {n} transfers").format(
        a=edge["from"], b=edge["to"], amount=count(edge["amount"]), n=edge["count"]
    )


def _shortened(start: Place, end: Place) -> tuple[Place, Place]:
    """Return a line that ends at the rims of two nodes."""
    (x, y), (to_x, to_y) = start, end
    length = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 1.0)
    along, across = (to_x - x) / length, (to_y - y) / length
    gap = _RADIUS + 3
    return (x + along * gap, y + across * gap), (to_x - along * gap, to_y - across * gap)


def _node(node: dict[str, Any], layout: _Layout) -> Markup:
    x, y = layout.places[node["id"]]
    part, young = node["part"], node["days"] is not None and node["days"] < _YOUNG
    name = f"tb-net-node tb-net-{node['kind']}" + (" tb-net-main" if part in ("sender", "payee") else "")
    r = _RADIUS
    if node["kind"] == "merchant":
        form = f'<rect x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r}" height="{2 * r}"/>'
    elif node["kind"] == "device":
        form = f'<rect x="{x - 11:.1f}" y="{y - 7:.1f}" width="22" height="14" rx="5"/>'
    else:
        form = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
    ring = f'<circle class="tb-net-young" cx="{x:.1f}" cy="{y:.1f}" r="{r + 3.5}"/>' if young else ""
    below = y + r + (17 if young else 13)
    if part == "payee":  # what pays it comes from below; the amount stands before it
        below = y - r - (15 if layout.width < _CLOSE else 7 if not young else 10)
    title = Markup("<title>{}</title>").format(_node_words(node))
    label = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(f"{x:.1f}", f"{below:.1f}", node["id"])
    return Markup(f'<g class="{name}">') + title + Markup(form + ring) + label + Markup("</g>")


def _node_words(node: dict[str, Any]) -> str:
    kind = {
        "person": _("account of a person"),
        "business": _("account of a firm"),
        "merchant": _("merchant"),
        "counterparty": _("account elsewhere"),
        "device": _("device"),
    }.get(node["kind"], node["kind"])
    age = _(", {n} days old").format(n=count(node["days"])) if node["days"] is not None else ""
    return f"{node['id']}: {kind}{age}"


def _more(part: str, n: int, layout: _Layout, around: dict[str, Any]) -> Markup:
    """Say beside the last node of a part how many more it has."""
    ids = [node["id"] for node in around["nodes"] if node["part"] == part]
    if not ids:
        return Markup("")
    x, y = layout.places[ids[-1]]
    below = part in ("source", "outlet")
    at = (x, y + 36) if below else (min(x + 22, layout.width - 26), y + 4)
    text = _("+{n}").format(n=n)
    anchor = "middle" if below else "start"
    label = Markup('<text class="tb-net-more" x="{}" y="{}" text-anchor="{}">{}</text>')
    return label.format(f"{at[0]:.1f}", f"{at[1]:.1f}", anchor, text)


def _legend(around: dict[str, Any]) -> str:
    """Return what the forms stand for, those that occur only."""
    kinds = {node["kind"] for node in around["nodes"]}
    words = [_("circle: account here")]
    if "counterparty" in kinds:
        words.append(_("hollow: account elsewhere"))
    if "merchant" in kinds:
        words.append(_("square: merchant"))
    if "device" in kinds:
        words.append(_("plate: device"))
    if any(node["days"] is not None and node["days"] < _YOUNG for node in around["nodes"]):
        words.append(_("ringed: account younger than {n} days").format(n=_YOUNG))
    return " · ".join([*words, _("arrows: money of the last week")])
