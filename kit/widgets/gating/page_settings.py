"""What is looked for, as HTML: test data, the model that counts tokens, checks and thresholds folded away."""

from __future__ import annotations

import htpy as h

from kit.gate.registry import CHECKS
from kit.i18n import _
from kit.widgets.gating.report import FIRST, SETTINGS
from kit.widgets.gating.rows import RowsDesk


def settings_part(desk: RowsDesk) -> h.Element:
    """Return the fields: those that matter first, the rest to be opened."""
    return h.div(".tb-section.tb-gate-settings", data_key="settings")[
        h.div(".tb-gate-first")[_test(desk), desk.form.html(FIRST, helped=True)],
        h.div(".tb-groups")[
            h.details(data_key="checks")[h.summary[_checks_word(desk)], _checks(desk)],
            h.details(data_key="thresholds")[
                h.summary[_("Settings")],
                desk.form.html([name for name in SETTINGS if name not in FIRST], helped=True),
            ],
        ],
    ]


def _test(desk: RowsDesk) -> h.Element:
    return h.label(".tb-field", data_key="test")[
        h.span(".tb-tiny")[_("Test data")],
        h.input(
            type="text",
            name="test",
            value=desk.test_source,
            placeholder=_("none"),
            data_change="test",
            autocomplete="off",
            spellcheck="false",
        ),
        h.span(".tb-tiny.tb-help")[
            _("With it, rows that stand in both are found: a test on them would prove nothing.")
        ],
    ]


def _checks_word(desk: RowsDesk) -> str:
    return _("Checks: {n} of {all}").format(n=len(desk.checks), all=len(CHECKS))


def _checks(desk: RowsDesk) -> h.Element:
    return h.div(".tb-ways-to", role="group", aria_label=_("Checks"))[(_check(desk, name) for name in CHECKS)]


def _check(desk: RowsDesk, name: str) -> h.Element:
    entry = CHECKS[name]
    notes = [_(entry.asks)]
    if not entry.usual:
        notes.append(_("Takes longer."))
    if name == "leaks" and not desk.test_source:
        notes.append(_("Needs test data."))
    return h.label(".tb-way-to", data_key=f"check-{name}")[
        h.input(type="checkbox", name=f"check:{name}", checked=name in desk.checks, data_change="set"),
        h.span[h.span(".tb-way-head")[h.b[_(entry.label)]], h.span(".tb-tiny")[" ".join(notes)]],
    ]
