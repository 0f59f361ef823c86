"""What is to be repaired, by which steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.errors import ParameterError, nearest
from kit.gate.registry import CHECKS
from kit.gate.spec import Gated, Thresholds
from kit.i18n import N_, _
from kit.spec import Needs, param

# What is wrong in any data, and can be put right without judging anybody's words.
SAFE = ("encoding", "schema", "exact-duplicates", "leaks")
_SETTINGS = {
    "length": ("model", "max_length"),
    "near-duplicates": ("near",),
    "same-meaning": ("meaning",),
    "leaks": ("ngram", "leak_share"),
    "language": ("languages",),
    "personal": ("personal", "personal_as"),
    "rules": ("rules",),
}


@dataclass(frozen=True, kw_only=True)
class CleanSpec(Thresholds, Gated):
    """Repair data step by step; the source stays as it is, and the test rows too."""

    carried_out_by = "kit.gate.clean.clean:clean"

    steps: tuple[str, ...] = param(
        ("safe",),
        label=N_("Steps"),
        help=N_("Names of checks whose rows are dropped or mended, in this order; safe are those that harm nothing"),
        empty=False,
    )

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names of the checks by which rows are repaired, in order, each once."""
        safe = [name for name in SAFE if name in CHECKS and (name != "leaks" or self.test is not None)]
        named = [name for step in self.steps for name in (safe if step == "safe" else [step])]
        return tuple(dict.fromkeys(named))

    def settings(self, step: str) -> dict[str, Any]:
        """Return the thresholds by which `step` goes."""
        names = [name for name in _SETTINGS.get(step, ()) if hasattr(self, name)]
        values = {name: getattr(self, name) for name in names}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def check(self) -> None:
        super().check()
        known = [name for name, entry in CHECKS.items() if entry.repair]
        for step in self.steps:
            if step not in known and step != "safe":
                near = nearest(step, ["safe", *known])
                fix = _("Did you mean {near!r}?").format(near=near) if near else ""
                raise ParameterError("steps", step, allowed=", ".join(("safe", *known)), fix=fix)
        if "leaks" in self.steps and self.test is None:
            allowed = _("the data that the model will be tested on, where leaks are looked for")
            raise ParameterError("test", None, allowed=allowed)

    def needs(self) -> Needs:
        return Needs(devices=("cpu",) if "same-meaning" in self.wanted else ())
