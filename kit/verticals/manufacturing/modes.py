"""Ways in which a machine fails: what each does to the readings, and what a technician looks at first.

The signatures are those of vibration and motor diagnostics: ISO 13373-2 for rotation and bearing frequencies, ISO
20958 for harmonics of the current.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_

HEALTHY = "healthy"
UNKNOWN = "unknown"  # nobody can know how it would have gone on: parts were replaced, or the record ends


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One way to fail.

    Parameters
    ----------
    name : str
        The label.
    shows : tuple of str
        The features that it moves, the most telling first.
    check : str
        What to look at, as a sentence; marked for translation.
    """

    name: str
    shows: tuple[str, ...]
    check: str


MODES = {
    mode.name: mode
    for mode in (
        Mode(
            name="bearing",
            shows=("bearing tones", "kurtosis", "crest", "vibration", "vibration per day"),
            check=N_(
                "Listen to the bearing at the drive end, take grease out and look for metal; have a replacement ready."
            ),
        ),
        Mode(
            name="imbalance",
            shows=("rotation peak", "vibration", "vibration per day"),
            check=N_(
                "Look for build-up or a lost balance weight on the rotor, check foundation bolts, then balance it."
            ),
        ),
        Mode(
            name="overheating",
            shows=("temperature", "temperature per day", "current"),
            check=N_("Clean the cooling fins and the filter, check fan, coolant flow and lubrication; measure again."),
        ),
        Mode(
            name="leak",
            shows=("pressure", "pressure per day"),
            check=N_("Look along hoses, fittings and shaft seals, note the fill level, and test under pressure."),
        ),
        Mode(
            name="electrical",
            shows=("harmonics", "current", "vibration"),
            check=N_(
                "With the supply locked off, tighten the terminals, measure insulation and phase balance, check the "
                "drive."
            ),
        ),
    )
}
LABELS = (HEALTHY, *MODES)
