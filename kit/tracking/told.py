"""What MLflow is told of a run: its spec as parameters, its events as points of curves, its state as tags. Pure."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.report import Event

# MLflow's own limits, in characters.
_LONGEST_NAME, _LONGEST_PARAM, _LONGEST_TAG = 250, 6000, 5000
_PROVENANCE = {"tunebook": "version", "commit": "commit", "data_hash": "data_hash"}
_NOT_IN_NAMES = re.compile(r"[^/\w.\- :]")


@dataclass(frozen=True)
class Point:
    """One number at one step of a curve; `at_ms` is the Unix time of its event in milliseconds.

    MLflow's databases take a point with equal time, step and value for the same one, so what was sent and not
    acknowledged can be sent again.
    """

    name: str
    value: float
    step: int
    at_ms: int


def kind_of(spec: dict[str, Any]) -> str:
    """Return the kind of work that a spec describes, such as "tune"."""
    return str(spec.get("spec", "")).rpartition(":")[2].removesuffix("Spec").lower()


def params_of(spec: dict[str, Any]) -> dict[str, str]:
    """Return a spec as MLflow's flat parameters: "rank", "data.source", "variants.0.method"."""
    found: dict[str, str] = {}
    for name, value in _flat(spec):
        if not name.endswith(".spec"):  # the class of a spec inside the spec tells nothing that its fields do not
            found[name_for_mlflow(name)] = _short(value, _LONGEST_PARAM)
    return found


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    within = f"{name}." if name else ""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(item, f"{within}{key}")
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for i, item in enumerate(value):
            yield from _flat(item, f"{within}{i}")
    elif isinstance(value, list | dict):
        yield name, json.dumps(value, ensure_ascii=False)
    else:
        yield name, str(value)


def name_for_mlflow(name: str) -> str:
    """Return a name that MLflow takes and that is as near to `name` as can be."""
    path = posixpath.normpath(_NOT_IN_NAMES.sub("_", name)).lstrip("/.")
    return path[:_LONGEST_NAME] or "_"


def tag(value: Any) -> str:
    """Return a value as the text of a tag."""
    return _short(str(value), _LONGEST_TAG)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def provenance_tags(known: dict[str, Any]) -> dict[str, str]:
    """Return the tags that tell where a run came from, by the provenance of a result or of this process."""
    return {f"tunebook.{name}": tag(known[key]) for key, name in _PROVENANCE.items() if key in known}


def points_of_result(result: dict[str, Any], said: set[str], at_ms: int) -> list[Point]:
    """Return the final numbers of a result whose names are not among those that events have `said`."""
    numbers = {name_for_mlflow(name): value for name, value in (result.get("metrics") or {}).items()}
    return [
        Point(name, float(value), 0, at_ms)
        for name, value in numbers.items()
        if name not in said and isinstance(value, int | float)
    ]


class Curves:
    """Turns events into points, each step of a curve once.

    A run that is resumed says again the steps after its checkpoint. MLflow cannot take a point back, and the second
    time they are equal to the first, so only steps beyond the last one told are told.
    """

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        self.names: set[str] = set()  # of every metric said, on a curve or not

    def add(self, events: Iterable[Event]) -> list[Point]:
        """Return the points that `events` bring; of numbers without a step, the newest of each name."""
        points: list[Point] = []
        single: dict[str, Point] = {}
        for event in events:
            point = _point(event)
            if point is None:
                continue
            self.names.add(point.name)
            if event.get("step") is None:
                single[point.name] = point
            elif point.step > self._told.get(point.name, -1):
                self._told[point.name] = point.step
                points.append(point)
        return [*points, *single.values()]


def _point(event: Event) -> Point | None:
    if event.get("kind") != "metric":
        return None
    try:
        name, value, step = str(event["name"]), float(event["value"]), int(event.get("step") or 0)
        return Point(name_for_mlflow(name), value, step, max(int(float(event.get("t", 0)) * 1000), 0))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def events_before(log: Path, end: int) -> list[Event]:
    """Return the events in the first `end` bytes of a log."""
    events = []
    with open(log, "rb") as file:
        for line in file.read(end).splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                events.append(event)
    return events
