"""How far work had come when it was broken, and from where it went on: nothing that was kept is done again."""

from __future__ import annotations

import math

from kit.report import Event

CHUNK = 32  # rows that an evaluation may score again: those of a chunk that was not complete, and the one before it


def attempts(events: list[Event]) -> list[list[Event]]:
    """Return the events of each attempt."""
    found: list[list[Event]] = [[]]
    for event in events:
        if event["kind"] == "state" and event["state"] == "starting":
            found.append([])
        found[-1].append(event)
    return found[1:]


def steps_kept(events: list[Event]) -> float:
    """Return the last step after which a validation was said and training went on: its checkpoint is on the disk."""
    validated = [event["step"] for event in _metric(events, "validation_loss")]
    trained = max((event["step"] for event in _metric(events, "loss")), default=0)
    return max((step for step in validated if step < trained), default=0)


def step_begun(events: list[Event]) -> float:
    """Return how many steps were left out."""
    return min((event["step"] - 1 for event in _metric(events, "loss")), default=math.inf)


def rows_kept(events: list[Event]) -> float:
    """Return how many rows were scored in chunks that are complete."""
    return max([0.0, *(event["done"] - CHUNK for event in _scoring(events))])


def row_begun(events: list[Event]) -> float:
    """Return how many rows were left out."""
    return min((event["done"] for event in _scoring(events)), default=math.inf)


def variants_kept(events: list[Event]) -> float:
    """Return how many variants were measured and said."""
    return sum(event["kind"] == "record" and event["name"] == "variant" for event in events)


def variants_left_out(events: list[Event]) -> float:
    """Return how many variants were not measured again."""
    measured = {event["phase"].split(":")[0] for event in events if event.get("phase", "").endswith(": scoring")}
    return 2 - len(measured)


def _metric(events: list[Event], name: str) -> list[Event]:
    return [event for event in events if event["kind"] == "metric" and event["name"] == name]


def _scoring(events: list[Event]) -> list[Event]:
    return [event for event in events if event["kind"] == "progress" and event["phase"] == "scoring"]
