"""From a machine's record to windows: readings, features against the machine's own usual values, and what came after.

A window knows what was known at its hour and nothing later: slopes look back two days, and usual values come from the
first windows with the parts that are in it now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.verticals.manufacturing import signals
from kit.verticals.manufacturing.fleet import Machine
from kit.verticals.manufacturing.lives import DAY
from kit.verticals.manufacturing.modes import HEALTHY, UNKNOWN
from kit.verticals.manufacturing.signals import Numbers
from kit.verticals.manufacturing.waves import MAINS_HZ, RATE, RESONANCE_HZ, SAMPLES

BACK = 2 * DAY  # hours that slopes look back
_MEAN = DAY
_USUAL, _ENOUGH = 8, 4  # windows that say what is usual, and how few of them will do
_ORDER_HOURS = 3 * DAY  # an older order says nothing on today
_BAND_HZ = 450.0  # to either side of the resonance, where impacts ring


@dataclass(frozen=True, kw_only=True)
class Window:
    """What is known of a machine at one hour, and what came after.

    Parameters
    ----------
    machine : str
        Its name.
    hour : int
        From the beginning of the record.
    readings : dict of str to float
        As instruments show them, with units in the names; what is not known is left out.
    features : dict of str to float or str
        Against the machine's own usual values; with the load, and the newest work order or "none".
    label : str
        The mode of the failure that comes within the horizon, "healthy", or "unknown" where nobody can know.
    fails_in : int or None, hours
        To the next failure in the record, if parts are not replaced before.
    """

    machine: str
    hour: int
    readings: dict[str, float]
    features: dict[str, float | str]
    label: str
    fails_in: int | None


def windows_of(machine: Machine, *, horizon: int = 4 * DAY) -> list[Window]:
    """Return the windows of a machine, oldest first.

    Parameters
    ----------
    machine : Machine
        From `make_fleet`.
    horizon : int, default 96, hours
        Within which a failure counts as coming.
    """
    found = _readings(machine)
    usual = {name: _usual(values, _parts(machine)) for name, values in found.items()}
    features = _features(machine, found, usual)
    return [_window(machine, place, found, features, horizon) for place in range(len(machine.hours))]


def _readings(machine: Machine) -> dict[str, Numbers]:
    """Return what instruments show at each window, NaN where they say nothing."""
    slow, ends = machine.slow, machine.hours
    wave, rpm = machine.vibration, slow.rpm[ends]
    with np.errstate(invalid="ignore"):
        lines = signals.spectrum(wave)
        ringing = signals.band(wave, low=RESONANCE_HZ - _BAND_HZ, high=RESONANCE_HZ + _BAND_HZ, rate=RATE)
        hull = signals.envelope(ringing)
        repeats = signals.spectrum(hull - hull.mean(axis=-1, keepdims=True))
        step = RATE / SAMPLES
        defect = machine.build.defect_hz(rpm)
        amps = signals.spectrum(machine.current)
        base = signals.peak_near(amps, np.full(len(ends), MAINS_HZ), step=step)
        fifth, seventh = (signals.peak_near(amps, np.full(len(ends), n * MAINS_HZ), step=step) for n in (5, 7))
        return {
            "vibration g": signals.rms(wave),
            "crest": signals.crest_factor(wave),
            "kurtosis": signals.kurtosis(wave),
            "bearing tones g": signals.peak_near(repeats, defect, step=step)
            + signals.peak_near(repeats, 2 * defect, step=step),
            "rotation peak g": signals.peak_near(lines, rpm / 60, step=step),
            "temperature °C": signals.mean_known(_back(slow.temperature, ends, _MEAN)),
            "pressure bar": signals.mean_known(_back(slow.pressure, ends, _MEAN)),
            "current A": signals.rms(machine.current),
            "harmonics %": 100 * np.hypot(fifth, seventh) / base,
            "speed rpm": rpm,
        }


def _back(values: Numbers, ends: np.ndarray, hours: int) -> Numbers:
    """Return, for each window, the values of so many hours up to it."""
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, hours)[ends - hours + 1])


def _parts(machine: Machine) -> np.ndarray:
    """Return how often parts were renewed before each window."""
    return np.searchsorted(np.array(machine.life.renewals, dtype=int), machine.hours, side="right")


def _usual(values: Numbers, parts: np.ndarray) -> Numbers:
    """Return what is usual at each window: the median of the first ones with these parts, of those known by then.

    Until there are enough of them, what was usual with the parts before.
    """
    found, before = np.full(len(values), np.nan), np.nan
    for life in np.unique(parts):
        at = np.flatnonzero(parts == life)
        known: list[float] = []
        for place in at:
            if len(known) < _USUAL and np.isfinite(values[place]):
                known.append(float(values[place]))
            few = len(known) < _ENOUGH and np.isfinite(before)
            found[place] = before if few or not known else float(np.median(known))
        before = found[at[-1]]
    return found


def _features(machine: Machine, read: dict[str, Numbers], usual: dict[str, Numbers]) -> dict[str, Numbers]:
    """Return the numbers of the windows: as multiples of the usual value, or as differences from it."""
    slow, ends = machine.slow, machine.hours
    with np.errstate(invalid="ignore"):
        times = {name: read[name] / usual[name] for name in read}
        growth = signals.slope(_over_windows(np.log(times["vibration g"]), ends))
        served = np.array([0, *(at + 6 for at in machine.life.services), *machine.life.renewals])
        since = np.array([end - max(at for at in served if at <= end) for end in ends])
        return {
            "vibration": times["vibration g"],
            "vibration per day": 100 * growth * DAY / _window_hours(ends),
            "crest": times["crest"],
            "kurtosis": times["kurtosis"],
            "bearing tones": times["bearing tones g"],
            "rotation peak": times["rotation peak g"],
            "temperature": read["temperature °C"] - usual["temperature °C"],
            "temperature per day": DAY * signals.slope(_back(slow.temperature, ends, BACK)),
            "pressure": read["pressure bar"] - usual["pressure bar"],
            "pressure per day": DAY * signals.slope(_back(slow.pressure, ends, BACK)),
            "current": times["current A"],
            "harmonics": times["harmonics %"],
            "days since service": since / DAY,
        }


def _window_hours(ends: np.ndarray) -> float:
    return float(np.median(np.diff(ends))) if len(ends) > 1 else 12.0


def _over_windows(values: Numbers, ends: np.ndarray) -> Numbers:
    """Return, for each window, the values of the windows of the two days up to it; NaN before the record begins."""
    n = max(round(BACK / _window_hours(ends)) + 1, 2)
    padded = np.concatenate([np.full(n - 1, np.nan), values])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, n))


_DIGITS = {"pressure": 2, "pressure per day": 2, "days since service": 0, "vibration per day": 0}
_SHOWN = {"vibration g": 3, "bearing tones g": 3, "rotation peak g": 3, "pressure bar": 2, "crest": 2, "kurtosis": 2}


def _window(
    machine: Machine, place: int, read: dict[str, Numbers], features: dict[str, Numbers], horizon: int
) -> Window:
    hour = int(machine.hours[place])
    order = [each.text for each in machine.orders if hour - _ORDER_HOURS < each.hour <= hour]
    numbers = _rounded(features, place, _DIGITS)
    label, fails_in = _outcome(machine, hour, horizon)
    return Window(
        machine=machine.name,
        hour=hour,
        readings=_rounded(read, place, _SHOWN),
        features={"load": machine.slow.load[hour], **numbers, "order": order[-1] if order else "none"},
        label=label,
        fails_in=fails_in,
    )


def _rounded(values: dict[str, Numbers], place: int, digits: dict[str, int]) -> dict[str, float]:
    found = {name: round(float(each[place]), digits.get(name, 1)) for name, each in values.items()}
    return {name: value + 0.0 for name, value in found.items() if np.isfinite(value)}  # + 0.0: no minus before a zero


def _outcome(machine: Machine, hour: int, horizon: int) -> tuple[str, int | None]:
    """Return the label of a window and the hours to the next failure with the parts that it has."""
    coming = [wear for wear in machine.life.wears if wear.ends > hour]
    coming = [wear for wear in coming if wear.how != "open"]
    if coming and coming[0].how == "failed":
        left = coming[0].ends - hour
        return (coming[0].mode if left <= horizon else HEALTHY), left
    last = coming[0].ends if coming else len(machine.slow.rpm)  # parts replaced, or the end of the record
    return (HEALTHY if last - hour > horizon else UNKNOWN), None
