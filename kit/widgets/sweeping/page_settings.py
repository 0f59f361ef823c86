"""What is measured, in what time, and by which rows methods choose how to round."""

from __future__ import annotations

import htpy as h

from kit.i18n import N_, _, ngettext
from kit.measure.measuring import MEASURES
from kit.widgets.origin import data_words
from kit.widgets.sweeping.choosing import SETTINGS, ChoosingDesk

_WORDS = {
    "accuracy": N_("accuracy"),
    "perplexity": N_("perplexity"),
    "latency": N_("latency"),
    "memory": N_("memory"),
    "energy": N_("energy"),
    "reference": N_("divergence from the reference (KL)"),
}


def settings_part(desk: ChoosingDesk) -> h.Element:
    """Return the settings: what is measured, the budget, and the rows to calibrate with."""
    return h.div(".tb-section", data_key="settings")[
        h.div(".tb-row", role="group", aria_label=_("Measures"))[
            h.span(".tb-small.tb-mute")[_("Measure")], (_measure(desk, name) for name in MEASURES)
        ],
        _calibration(desk),
        h.details(data_key="budget", open=bool(set(desk.form.errors) & set(SETTINGS)))[
            h.summary[_("Time, and when to give up"), h.span(".tb-tiny")[f" {_budget(desk)}"]],
            desk.form.html(SETTINGS, helped=True),
        ],
    ]


def _measure(desk: ChoosingDesk, name: str) -> h.Element:
    box = h.input(type="checkbox", name=f"measure:{name}", checked=name in desk.measures, data_change="set")
    return h.label(".tb-check.tb-small")[box, _(_WORDS.get(name, name))]


def _budget(desk: ChoosingDesk) -> str:
    minutes = str(desk.form.raw["minutes"]).strip()
    if not minutes or "minutes" in desk.form.errors:
        return _("no limit")
    return _("at most {minutes} minutes, cheapest first").format(minutes=minutes)


def _calibration(desk: ChoosingDesk) -> h.Element:
    """Return the rows to calibrate with, and which of the ticked methods need them."""
    return h.div(data_key="calibration")[
        h.div(".tb-row")[
            h.label(".tb-choose.tb-small")[
                h.span(".tb-mute")[_("Rows to calibrate with")],
                h.input(
                    ".tb-find",
                    type="text",
                    name="calibration",
                    value=desk.calibration_typed,
                    placeholder=_("a file, or a bundled dataset"),
                    data_change="set",
                    autocomplete="off",
                    spellcheck="false",
                ),
            ],
            _train(desk),
        ],
        h.p(".tb-tiny", role="status")[_who_looks(desk)],
    ]


def _train(desk: ChoosingDesk) -> h.Node:
    part = desk.train_part()
    if part is None or part == desk.calibration:
        return None
    word = _("Take the training part of {data}").format(data=data_words(desk.data.replace(split="all"), limit=False))
    return h.button(".tb-link", type="button", data_action="train", data_key="train")[word]


def _who_looks(desk: ChoosingDesk) -> str:
    looking = desk.looking()
    if not looking:
        return _("None of the ticked methods looks at rows; those that do choose by them how to round.")
    names = ", ".join(looking)
    if desk.calibration is None:
        text = ngettext(
            "{names} looks at rows to choose how to round: give it some that are not measured, "
            "such as those a model would be tuned on.",
            "{names} look at rows to choose how to round: give them some that are not measured, "
            "such as those a model would be tuned on.",
            len(looking),
        )
        return text.format(names=names)
    text = ngettext("{names} rounds by {data}.", "{names} round by {data}.", len(looking))
    return text.format(names=names, data=data_words(desk.calibration))
