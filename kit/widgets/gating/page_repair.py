"""What can be repaired, as HTML: steps to tick, what they would change, and before and after."""

from __future__ import annotations

from typing import Any

import htpy as h

from kit.gate.registry import CHECKS
from kit.gate.words import check_words, rows_words
from kit.i18n import N_, _, ngettext
from kit.plots.words import count
from kit.result import Result
from kit.widgets import parts
from kit.widgets.gating.repair import RepairDesk
from kit.widgets.trouble import trouble

_DOES = {
    "schema": N_("leaves out rows that cannot be read"),
    "length": N_("leaves out rows that are too long"),
    "conflicts": N_("leaves out rows that contradict each other"),
    "exact-duplicates": N_("keeps the first of equal rows"),
    "near-duplicates": N_("keeps the first of rows that are nearly equal"),
    "same-meaning": N_("keeps the first of rows that mean the same"),
    "leaks": N_("leaves out rows that hold test rows; the test data stays as it is"),
    "language": N_("leaves out rows in other languages"),
    "rules": N_("leaves out rows that break a rule"),
    "encoding": N_("mends characters that were read in a wrong encoding"),
    "personal": N_("puts placeholders in place of personal data"),
}


def repair_part(desk: RepairDesk) -> h.Node:
    """Return what can be repaired after a report, or what was; nothing where there is nothing to repair."""
    if desk.result() is None or desk.editing:
        return None
    cleaned = desk.cleaned()
    if cleaned is not None:
        return h.div(".tb-section.tb-repair", data_key="cleaned")[_cleaned(desk, cleaned)]
    if not desk.repairable():
        return None
    live = desk.cleaning is not None and desk.status is not None and not desk.status.over
    return h.div(".tb-section.tb-repair", data_key="repair")[
        h.div(".tb-row")[
            h.b[_("Repair")],
            h.span(".tb-small.tb-mute")[_("Writes a new file with its recipe; your data stays as it is.")],
        ],
        h.div(".tb-steps", role="group", aria_label=_("Steps of the repair"))[
            (_step(desk, name, live) for name in desk.repairable())
        ],
        _would(desk, live),
        trouble(desk) if desk.cleaning is not None else None,
    ]


def _step(desk: RepairDesk, name: str, live: bool) -> h.Element:
    rows = desk.findings()[name]["rows"]
    does = _(_DOES[name]) if name in _DOES else ""
    return h.label(".tb-step", data_key=f"step-{name}")[
        h.input(
            type="checkbox",
            name=f"step:{name}",
            checked=name in desk.steps,
            data_change="repair",
            disabled=live,
        ),
        h.span[h.b[check_words(name)], h.span(".tb-mute")[f" {does}"]],
        h.span(".tb-small.tb-mute")[rows_words(rows)],
    ]


def _would(desk: RepairDesk, live: bool) -> h.Element:
    why = "" if desk.steps else _("No step is ticked.")
    button = None if live else parts.button(_("Clean"), "clean", key="clean", main=True, why=why)
    return h.div(".tb-row")[button, h.span(".tb-small.tb-mute")[_("Cleaning …") if live else _would_words(desk)]]


def _would_words(desk: RepairDesk) -> str:
    if not desk.steps:
        return _("Nothing would change.")
    found = desk.touched_rows()
    if found is None:
        return _("counting the rows …")
    drop, mend = found["drop"], found["mend"]
    total = desk.told().get("rows", 0)
    told = _("Of {rows}, {drop} would go and {mend} would be mended.")
    return told.format(rows=rows_words(total), drop=count(drop), mend=count(mend))


def _cleaned(desk: RepairDesk, cleaned: Result) -> list[h.Node]:
    before, after = (int(cleaned.metrics[name]) for name in ("rows_before", "rows_after"))
    spec = desk.cleaned_spec()
    used = desk.used is not None
    recheck = parts.button(_("Check the cleaned data"), "recheck", key="recheck")
    use = parts.button(_("Use the cleaned data"), "use", value="cleaned", key="use", main=True)
    undo = h.button(".tb-link", type="button", data_action="use", value="data", data_key="unuse")[
        _("Use the data as it was")
    ]
    return [
        h.div(".tb-row")[
            h.b[_("Cleaned")], parts.chip(_("in use"), "ok") if used else None, h.span[cleaned.facts.get("summary", "")]
        ],
        parts.tiles(
            [
                (_("rows before"), count(before), ""),
                (_("rows after"), count(after), ""),
                (_("texts mended"), count(int(cleaned.metrics.get("texts_changed", 0))), ""),
            ]
        ),
        [h.div(".tb-alert", data_kind="warn")[h.div[h.p[warning]]] for warning in cleaned.facts.get("warnings", ())],
        h.ol(".tb-recipe")[(_done(step) for step in cleaned.facts.get("steps", ()))],
        _where(cleaned, "" if spec is None else spec.source.rpartition("/")[2]),
        h.div(".tb-row")[undo if used else use, recheck],
        h.p(".tb-small.tb-mute")[
            _("panel.data is now the cleaned data: give the panel itself to whatever takes data.") if used else ""
        ],
    ]


def _done(step: dict[str, Any]) -> h.Element:
    name = step["step"]
    gone = step["rows_before"] - step["rows_after"]
    if step["does"] == "mend":
        n = int(step.get("texts_changed", 0))
        told = ngettext("{n} text mended", "{n} texts mended", n).format(n=count(n))
    else:
        told = ngettext("{n} row left out", "{n} rows left out", gone).format(n=count(gone))
    label = check_words(name) if name in CHECKS else name
    settings = ", ".join(f"{key}={value}" for key, value in step.get("settings", {}).items() if value not in ("", []))
    return h.li[h.b[label], f": {told}", h.span(".tb-mute")[f" ({settings})"] if settings else None]


def _where(cleaned: Result, name: str) -> h.Node:
    recipe = cleaned.facts.get("recipe", {})
    hashes = " → ".join(str(recipe[key])[:12] for key in ("hash_before", "hash_after") if recipe.get(key))
    told = _("Written to {name}, with its recipe beside it.").format(name=name)
    return h.p(".tb-small.tb-mute")[told, h.span(".tb-mono")[f" {hashes}"] if hashes else None]
