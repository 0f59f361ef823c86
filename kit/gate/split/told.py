"""What a division did, in numbers and in words."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kit.gate.split.assign import TRAIN
from kit.gate.split.seen import LEFT_OUT, Seen
from kit.gate.split.spec import SplitSpec
from kit.i18n import _, ngettext

PARTS = (TRAIN, "validation", "test")


def told_of(spec: SplitSpec, seen: Seen, parts: list[str]) -> dict[str, dict[str, Any]]:
    """Return rows, share and labels of each part, and its groups or times, as plain values."""
    real = sum(parent is None for parent in seen.parents)
    told: dict[str, dict[str, Any]] = {}
    for part in (part for part in PARTS if part in spec.shares):
        places = [place for place, each in enumerate(parts) if each == part]
        own = sum(seen.parents[place] is None for place in places)
        told[part] = {"rows": len(places), "share": own / real, "asked": spec.shares[part]}
        labels = Counter(seen.labels[place] for place in places)
        if set(labels) - {""}:
            told[part]["labels"] = dict(sorted(labels.items()))
        if own < len(places):
            told[part]["synthetic"] = len(places) - own
        if spec.by == "group":
            told[part]["groups"] = len({str(seen.values[place]) for place in places if seen.parents[place] is None})
    if spec.by == "time":
        _tell_times(told, seen, parts)
    return told


def _tell_times(told: dict[str, dict[str, Any]], seen: Seen, parts: list[str]) -> None:
    real = [part for part, parent in zip(parts, seen.parents, strict=True) if parent is None]
    values = [value for value, parent in zip(seen.values, seen.parents, strict=True) if parent is None]
    for part in told:
        own = [
            (moment, str(value)) for moment, value, each in zip(seen.moments, values, real, strict=True) if each == part
        ]
        told[part] |= {"from": min(own)[1], "to": max(own)[1]}


def warnings_of(seen: Seen, parts: list[str], told: dict[str, dict[str, Any]]) -> list[str]:
    """Return what of a division nobody should have to find out alone."""
    found = []
    both = seen.on_both_sides(parts)
    if both:
        words = ngettext(
            "{n} row that is held out asks what a row of the train part asks, too: drop exact duplicates first.",
            "{n} rows that are held out ask what rows of the train part ask, too: drop exact duplicates first.",
            both,
        )
        found.append(words.format(n=f"{both:,}"))
    for part, about in told.items():
        if abs(about["share"] - about["asked"]) > max(0.05, 0.25 * about["asked"]):
            words = _(
                "The {part} part has {share:.0%} of the rows, not {asked:.0%}: what belongs together stays together."
            )
            found.append(words.format(part=part, share=about["share"], asked=about["asked"]))
        lacking = sorted(set(told[TRAIN].get("labels", {})) ^ set(about.get("labels", {})))
        if lacking:
            words = _("The label {label!r} is not in every part: {part} and train differ in {n}.")
            found.append(words.format(label=lacking[0], part=part, n=len(lacking)))
    left_out = parts.count(LEFT_OUT)
    if left_out:
        words = ngettext(
            "{n} synthetic row was left out: its parent is held out.",
            "{n} synthetic rows were left out: their parents are held out.",
            left_out,
        )
        found.append(words.format(n=f"{left_out:,}"))
    return found


def summary_of(told: dict[str, dict[str, Any]]) -> str:
    """Return how many rows each part has."""
    return ", ".join(f"{part}: {about['rows']:,}" for part, about in told.items())
