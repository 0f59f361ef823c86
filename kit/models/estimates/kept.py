"""What was predicted beside what was then measured, kept for this machine, so that predictions get better here.

One line for each measurement, appended to a file of this machine alone: what was learned on another is of no use.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from kit.machine.speed import default_device, fingerprint
from kit.place import home

_NEWEST = 30  # lines of one quantity and method that count
_FARTHEST = 5.0  # a factor beyond which something else was wrong, and nothing is learned
_ALIKE = 4.0  # a factor between predictions, within which what holds back one holds back the other
_DOUBTED = 2  # measurements that count as none: of a single one a third is believed


@dataclass(frozen=True)
class KeptError:
    """How far predictions of one quantity were off on this machine.

    Parameters
    ----------
    what : str
        The metric, such as "max_ram_mib".
    count : int
        Measurements.
    median, worst : float
        Of ``|predicted / measured - 1|``.
    """

    what: str
    count: int
    median: float
    worst: float


def keep_error(what: str, *, model: str, method: str, predicted: float, measured: float) -> None:
    """Append one prediction and what was measured; numbers that are not above 0 are left out.

    Raises
    ------
    OSError
        It cannot be written.
    """
    if not (predicted > 0 and measured > 0):
        return
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    line = {"what": what, "model": model, "method": method, "predicted": predicted, "measured": measured, "at": now}
    place = _place(default_device())
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")  # one write below 4 KiB: lines of several processes do not mix


def kept_errors(device: str | None = None) -> dict[str, KeptError]:
    """Return how far predictions were off on this machine, by quantity; empty where nothing was measured yet."""
    from statistics import median  # not before anybody asks: it brings decimals and fractions along

    found: dict[str, list[float]] = {}
    for line in _lines(device or default_device()):
        found.setdefault(line["what"], []).append(abs(line["predicted"] / line["measured"] - 1))
    return {w: KeptError(w, len(each), median(each), max(each)) for w, each in sorted(found.items())}


def correction(what: str, method: str, predicted: float, device: str | None = None) -> tuple[float, int]:
    """Return by what a prediction is to be multiplied, and from how many measurements that was learned.

    The median m of measured / predicted over the newest n measurements of `what` with `method`, taken as
    ``m ** (n / (n + 2))``, since few may be chance; 1 where there are none. Only those count that were predicted within
    a factor of four of `predicted`: what holds back a small model is not what holds back a large one.

    Parameters
    ----------
    what, method : str
        The metric, and how weights were held.
    predicted : float
        What the formula alone says.
    device : str, optional
        Left out, where models run.
    """
    near = [
        line
        for line in _lines(device or default_device())
        if (line["what"], line["method"]) == (what, method)
        and predicted / _ALIKE <= line["predicted"] <= predicted * _ALIKE
    ]
    ratios = [line["measured"] / line["predicted"] for line in near[-_NEWEST:]]
    ratios = [ratio for ratio in ratios if 1 / _FARTHEST <= ratio <= _FARTHEST]
    if not ratios:
        return 1.0, 0
    from statistics import median

    count = len(ratios)
    return median(ratios) ** (count / (count + _DOUBTED)), count


def _lines(device: str) -> tuple[dict[str, Any], ...]:
    place = _place(device)
    try:
        told = place.stat()
    except OSError:
        return ()
    return _read(place, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=4)
def _read(place: Path, _changed: int, _size: int) -> tuple[dict[str, Any], ...]:
    """Return the lines of a file, read again when it has changed; a line cut off by a crash is left out."""
    found = []
    for text in place.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
            if line["predicted"] > 0 and line["measured"] > 0 and {"what", "method"} <= line.keys():
                found.append(line)
        except (ValueError, TypeError, KeyError):
            continue
    return tuple(found)


def _place(device: str) -> Path:
    return home() / "estimates" / f"{_machine(device)}.jsonl"


@cache
def _machine(device: str) -> str:
    known = json.dumps(fingerprint(device), sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:12]
