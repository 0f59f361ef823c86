"""The settings of a tuning as HTML: presets, what differs from the one that was chosen, fields in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import htpy as h

from kit.i18n import _, ngettext
from kit.plots.words import count, remaining
from kit.tuning.presets import PRESETS
from kit.widgets.tuning.desk import TuneDesk
from kit.widgets.tuning.groups import FIRST, GROUPS
from kit.widgets.tuning.plan import seconds_of, steps_of
from kit.widgets.tuning.preset import SAID, TITLES

_MOST_SAID = 4  # changes in a line


def settings(desk: TuneDesk) -> h.Node:
    """Return presets and fields."""
    changed = desk.changed()
    notes = {name: _was(desk, name, value) for name, value in changed.items()}
    return h.fragment[
        h.div(".tb-presets", role="group", aria_label=_("Presets"), data_key="presets")[
            (_preset(desk, name, changed) for name in PRESETS)
        ],
        _changes(desk, changed),
        desk.form.html(FIRST, notes=notes),
        h.div(".tb-groups")[(_group(desk, key, notes) for key in GROUPS)],
    ]


def _preset(desk: TuneDesk, name: str, changed: Mapping[str, Any]) -> h.Element:
    takes = _takes(desk, name)
    chosen = desk.preset == name
    return h.button(
        ".tb-preset",
        type="button",
        data_action="preset",
        value=name,
        data_key=f"preset-{name}",
        aria_pressed="true" if chosen else "false",
    )[
        h.span(".tb-preset-head")[
            h.b[_(TITLES[name])],
            h.span(".tb-tiny")[takes] if takes else None,
        ],
        h.span(".tb-small.tb-mute")[_(SAID[name])],
    ]


def _takes(desk: TuneDesk, name: str) -> str:
    """Return how long a preset would take, or where that is not known how many steps."""
    spec = desk.meant(name)
    if spec is None:
        return ""
    seconds, steps = seconds_of(spec, desk.probe.speed), steps_of(spec)
    if seconds is not None:
        return _("about {time}").format(time=remaining(seconds))
    return "" if steps is None else ngettext("{n} step", "{n} steps", steps).format(n=count(steps))


def _changes(desk: TuneDesk, changed: Mapping[str, Any]) -> h.Element:
    """Return what differs from the preset; the line keeps its place where nothing does."""
    title = _(TITLES[desk.preset])
    if not changed:
        said = _("As in {preset}.").format(preset=title)
        return h.p(".tb-small.tb-mute.tb-changes", data_key="changes")[said]
    words = [
        _("{label} {now} instead of {was}").format(
            label=desk.form.label(name).lower(), now=_now(desk, name), was=desk.form.said(name, value)
        )
        for name, value in list(changed.items())[:_MOST_SAID]
    ]
    if len(changed) > _MOST_SAID:
        words.append(_("{n} more").format(n=len(changed) - _MOST_SAID))
    undo = h.button(".tb-link", type="button", data_action="reset", data_key="reset")[_("Undo these changes")]
    said = _("Changed from {preset}: {changes}.").format(preset=title, changes=", ".join(words))
    return h.p(".tb-small.tb-changes", data_key="changes")[said, " ", undo]


def _group(desk: TuneDesk, key: str, notes: Mapping[str, str]) -> h.Element:
    title, names = GROUPS[key]
    changed = sum(name in notes for name in names)
    wrong = any(name in desk.form.errors for name in names)
    told = ngettext("{n} changed", "{n} changed", changed).format(n=changed) if changed else ""
    return h.details(open=wrong, data_key=f"group-{key}")[
        h.summary[_(title), h.span(".tb-tiny")[f" {told}"] if told else None],
        desk.form.html(names, notes=notes, helped=True),
    ]


def _was(desk: TuneDesk, name: str, value: Any) -> str:
    return _("{preset}: {value}").format(preset=_(TITLES[desk.preset]), value=desk.form.said(name, value))


def _now(desk: TuneDesk, name: str) -> str:
    return desk.form.said(name, desk.form.values()[name])
