"""The neighbourhood of an alert in sentences: the same facts as in its picture."""

from __future__ import annotations

from typing import Any

from kit.i18n import N_, _, ngettext
from kit.plots.words import count

_LISTS = {
    "source": N_("{sender} got money within a week from {names}."),
    "giver": N_("{payee} got money within a week also from {names}."),
    "outlet": N_("{payee} paid within a week {names}."),
    "user": N_("{device} was also used within 30 days by {names}."),
}


def told(around: dict[str, Any]) -> list[str]:
    """Return a neighbourhood as sentences.

    Parameters
    ----------
    around : dict
        From `kit.verticals.finance.neighbourhood`.
    """
    nodes = around["nodes"]
    by_part = {part: [node for node in nodes if node["part"] == part] for part in _LISTS}
    names = {part: _first(nodes, part) for part in ("sender", "payee", "device")}
    (this,) = [edge for edge in around["edges"] if edge["kind"] == "this"]
    said = [_("{sender} pays {payee} {amount} EUR.").format(amount=count(this["amount"]), **_known(names))]
    if names["device"]:
        said.append(_("It was ordered from {device}.").format(device=names["device"]))
    for part, text in _LISTS.items():
        if by_part[part]:
            listed = _listed(around, by_part[part], part)
            said.append(_(text).format(names=listed, **_known(names)))
    path = _path(around)
    if len(path) > 1:
        said.append(_("Money of this size came round before: {path}.").format(path=" → ".join(path)))
    return said


def _first(nodes: list[dict[str, Any]], part: str) -> str:
    return next((node["id"] for node in nodes if node["part"] == part), "")


def _known(names: dict[str, str]) -> dict[str, str]:
    return {part: name or "–" for part, name in names.items()}


def _listed(around: dict[str, Any], nodes: list[dict[str, Any]], part: str) -> str:
    sums = {
        node["id"]: sum(
            edge["amount"] for edge in around["edges"] if node["id"] in (edge["from"], edge["to"]) and edge["amount"]
        )
        for node in nodes
    }
    words = [f"{id} ({count(total)} EUR)" if total and part != "user" else id for id, total in sums.items()]
    more = around["more"].get(part, 0)
    if more:
        words.append(ngettext("{n} more", "{n} more", more).format(n=more))
    return ", ".join(words)


def _path(around: dict[str, Any]) -> list[str]:
    """Return the way back from payee to sender, where there is one, by who pays whom among those on it."""
    way = {node["id"] for node in around["nodes"] if node["part"] == "way"}
    sender, payee = _first(around["nodes"], "sender"), _first(around["nodes"], "payee")
    pays = {(edge["from"], edge["to"]) for edge in around["edges"] if edge["kind"] == "pays"}
    if not way and (payee, sender) not in pays:
        return []
    path, left = [payee], set(way)
    while left:
        step = next((id for id in sorted(left) if (path[-1], id) in pays), "")
        if not step:
            return []
        path.append(step)
        left.discard(step)
    return [*path, sender] if (path[-1], sender) in pays else []
