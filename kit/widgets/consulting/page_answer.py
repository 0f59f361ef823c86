"""The answer as HTML: a probability with its bar, or "ask a clinician" and why, and how often that was right."""

from __future__ import annotations

import htpy as h

from kit.gate.personal.kinds import KINDS, counted
from kit.i18n import _
from kit.plots.words import count
from kit.verticals.medical.steps.abstaining import NOT_SURE
from kit.widgets import parts
from kit.widgets.consulting.desk import ConsultDesk
from kit.widgets.consulting.known import Known
from kit.widgets.consulting.opinion import Opinion
from kit.widgets.desk import Problem


def answer_part(desk: ConsultDesk, known: Known) -> h.Element:
    """Return what there is of an answer; its place is kept free before that."""
    stand = desk.stand
    if desk.consultation is None:
        return h.div(".tb-consult-answer.tb-empty", data_key="none")[
            h.p(".tb-mute")[_("The answer stands here, with how sure the model is and how often it was right then.")]
        ]
    return h.div(".tb-consult-answer", data_key="answer", aria_busy="true" if desk.busy else None)[
        _asked(desk),
        _taken_out(stand.found, stand.sent),
        _waiting(desk) if desk.busy else None,
        _opinion(stand.opinion, known, desk.right()) if stand.opinion else None,
        _written(stand.text, desk.right()) if stand.text else None,
        _none(desk) if stand.over and not stand.opinion and (stand.problem or stand.cut_short) else None,
    ]


def spoken(desk: ConsultDesk) -> str:
    """Return what a screen reader says when it changes."""
    if desk.consultation is None:
        return ""
    if desk.busy:
        return desk.stand.words
    found = desk.stand.opinion
    if found is not None:
        return (
            _("{answer}, probability {p}").format(answer=found.answer, p=_p(found.probability))
            if found.sure
            else _(NOT_SURE)
        )
    return _("There is no answer.") if not desk.stand.text else _("The answer is there.")


def _asked(desk: ConsultDesk) -> h.Element:
    text = desk.stand.sent or (_("…") if desk.busy else "")
    return h.div[h.p(".tb-tiny")[_("Asked")], h.p(".tb-asked")[text]]


def _taken_out(found: dict[str, int], sent: str) -> h.Node:
    kinds = [counted(kind, found[kind]) for kind in KINDS if found.get(kind)]
    if not kinds or not sent:
        return None
    text = _("Taken out before the model was asked: {kinds}.").format(kinds=", ".join(kinds))
    return h.p(".tb-small", data_tone="warn", role="status")[text]


def _waiting(desk: ConsultDesk) -> h.Element:
    return h.p(".tb-mute")[desk.stand.words, "…"]


def _opinion(found: Opinion, known: Known, right: str) -> h.Element:
    return h.div(".tb-opinion", data_sure="true" if found.sure else "false")[
        h.p(".tb-verdict")[found.answer if found.sure else _(NOT_SURE)],
        h.p(".tb-say")[_sentence(found)],
        h.div(".tb-consult-bars")[
            (_bar(answer, share, found) for answer, share in zip(found.answers, found.probabilities, strict=True))
        ],
        h.p(".tb-small")[_alike(found)] if found.alike else None,
        h.p(".tb-small.tb-mute")[_("In the data this case is: {answer}.").format(answer=right)] if right else None,
    ]


def _sentence(found: Opinion) -> str:
    if found.sure:
        text = _("Probability {p}: {words}, by the model's own estimate.")
        return text.format(p=_p(found.probability), words=found.words)
    if found.threshold > 1:
        return _("No threshold made this model's answers good enough, so it gives none.")
    text = _(
        "The likeliest answer, {answer}, has a probability of {p}. The threshold, chosen on rows held back from "
        "training, is {threshold}, so it is not given as an answer."
    )
    p, threshold = _apart(found.probability, found.threshold)
    return text.format(answer=found.answer, p=p, threshold=threshold)


def _bar(answer: str, share: float, found: Opinion) -> h.Element:
    best = answer == found.answer
    label = _("{answer}: probability {p}").format(answer=answer, p=_p(share))
    return h.div(".tb-consult-bar", data_best="true" if best else None)[
        h.span[answer],
        h.span(".tb-consult-scale")[
            parts.bar(share, "" if found.sure and best else "warn" if best else "", label),
            h.i(style=f"left: {found.threshold * 100:.1f}%", title=_("threshold {p}").format(p=_p(found.threshold)))
            if best and found.threshold <= 1
            else None,
        ],
        h.span(".tb-consult-p")[_p(share)],
    ]


def _alike(found: Opinion) -> str:
    each = found.alike
    assert each is not None
    text = _(
        "At {probabilities} its likeliest answer was right in {right} of {n} test cases: {share} ({from_} to {to})."
    )
    return text.format(
        probabilities=_between(each["low"], each["high"]),
        right=count(round(each["accuracy"] * each["rows"])),
        n=count(each["rows"]),
        share=f"{each['accuracy']:.0%}",
        from_=f"{each['accuracy_low']:.0%}",
        to=f"{each['accuracy_high']:.0%}",
    )


def _between(low: float, high: float) -> str:
    """Return a range of probabilities in words."""
    least, most = _apart(low, high)
    if low <= 0:
        return _("probabilities up to {high}").format(high=most)
    if high >= 1:
        return _("probabilities above {low}").format(low=least)
    return _("probabilities from {low} to {high}").format(low=least, high=most)


def _apart(low: float, high: float) -> tuple[str, str]:
    """Return two probabilities with as many digits as tell them apart, from each other and from 1."""
    digits = next(
        (n for n in (2, 3, 4, 5) if round(low, n) < min(round(high, n), 1) and (high >= 1 or round(high, n) < 1)), 6
    )
    return f"{low:.{digits}f}", f"{high:.{digits}f}"


def _written(text: str, right: str) -> h.Element:
    return h.div(".tb-opinion")[
        h.p(".tb-said-answer", data_part="written")[text],
        h.p(".tb-small", data_tone="warn")[
            _("A draft to be checked: how likely a written answer is to be right was not measured.")
        ],
        h.p(".tb-small.tb-mute")[_("In the data the answer is: {answer}").format(answer=right)] if right else None,
    ]


def _none(desk: ConsultDesk) -> h.Element:
    again = parts.button(_("Ask again"), "again", key="again")
    if desk.stand.cut_short:
        return h.div(".tb-row")[h.span(".tb-mute")[_("Cancelled.")], again]
    return parts.alert(desk.trouble() or Problem(_("There is no answer.")), dismiss=False, act=again)


def _p(value: float) -> str:
    """Return a probability with two decimals, and never more certain than it is."""
    return _("above 0.99") if 0.995 < value < 1.0 else _("below 0.01") if 0 < value < 0.005 else f"{value:.2f}"
