"""Before a tuning starts: the rows, the model and what it will take here, as facts that are read at a glance."""

from __future__ import annotations

import htpy as h

from kit._check import plain
from kit.i18n import _, ngettext
from kit.models import ModelCard, card_here
from kit.models.source import available
from kit.plots.words import count, parameters, remaining
from kit.tuning.spec import TuneSpec
from kit.widgets import parts
from kit.widgets.origin import data_words, model_words
from kit.widgets.picking.words import gigabytes
from kit.widgets.tuning.desk import TuneDesk
from kit.widgets.tuning.glance import glance
from kit.widgets.tuning.plan import Plan, choices_of, lighter_of, seconds_of, steps_of
from kit.widgets.tuning.rows import CHARACTERS, Rows, rows_of

_MOST_LABELS = 5  # in the bar; the rest is one part of it


def summary(desk: TuneDesk) -> h.Element:
    """Return rows, model and plan as a list of facts."""
    rows, plan = rows_of(desk.data, desk.validation), desk.plan()
    refused = plan is not None and plan.state == "no"
    facts = [
        (_("Rows"), _rows_fact(desk, rows)),
        (_("Model"), _model_fact(desk, plan)),
        (_("Time"), _time_fact(desk)),
        (_("Memory"), _memory_fact(plan)),
        (_("Decided"), None if refused else _decided_fact(desk.meant())),
    ]
    return h.dl(".tb-sum", data_key="summary")[([h.dt[name], h.dd[fact]] for name, fact in facts if fact is not None),]


def _rows_fact(desk: TuneDesk, rows: Rows | None) -> h.Node:
    if rows is None:
        told = _("{data}: told when it starts.").format(data=data_words(desk.data))
        return h.span(".tb-mute")[told]
    words = [
        ngettext("{n} row", "{n} rows", rows.count).format(n=count(rows.count)),
        _held_words(desk, rows),
    ]
    return h.fragment[
        h.div[h.b[words[0]], f", {words[1]}"],
        _balance(rows),
        h.div(".tb-small.tb-mute")[_length_words(rows, desk)],
        glance(rows, desk.data),
    ]


def _held_words(desk: TuneDesk, rows: Rows) -> str:
    told = _("{n} of them held back for validation") if rows.held_back else _("validated on {n} others")
    return told.format(n=count(rows.held))


def _balance(rows: Rows) -> h.Node:
    if not rows.labels:
        return None
    shown = rows.labels[:_MOST_LABELS]
    rest = rows.count - sum(number for _label, number in shown)
    more = [(_("{n} more labels").format(n=len(rows.labels) - _MOST_LABELS), rest)] if rest else []
    drawn = [*shown, *more]
    words = [f"{label} {share_words(number / rows.count)}" for label, number in drawn]
    bars = [h.i(style=f"width: {number / rows.count * 100:.1f}%") for _label, number in drawn]
    return h.fragment[
        h.span(".tb-balance", role="img", aria_label=_("Labels: {labels}").format(labels=", ".join(words)))[bars],
        h.div(".tb-small")[" · ".join(words)],
    ]


def share_words(part: float) -> str:
    """Return a share in percent; what is hardly there is said so."""
    return "< 1%" if 0 < part < 0.01 else f"{part:.0%}"


def _length_words(rows: Rows, desk: TuneDesk) -> str:
    typical = (rows.median + rows.shared) / CHARACTERS
    longest = (rows.longest + rows.shared) / CHARACTERS
    told = [_("about {typical} tokens each, instruction included, at most {longest}")]
    limit = desk.form.raw.get("max_length")
    if isinstance(limit, str) and limit.isdigit():
        cut = rows.longer_than(int(limit))
        told.append(
            ngettext("{cut} row loses its middle at {limit}", "{cut} rows lose their middle at {limit}", cut)
            if cut
            else _("none is cut at {limit}")
        )
        return "; ".join(told).format(
            typical=count(round(typical)), longest=count(round(longest)), cut=count(cut), limit=count(int(limit))
        )
    return told[0].format(typical=count(round(typical)), longest=count(round(longest)))


def _model_fact(desk: TuneDesk, plan: Plan | None) -> h.Node:
    name = str(plain(desk.model))
    if desk.waits():
        return h.span(".tb-mute")[desk.waits()]
    card = card_here(name)
    if card is None:
        told = _("{model}: its size is known once it is here.").format(model=model_words(name))
        return h.span(".tb-mute")[told]
    here = _("on this machine") if available(name) else _("fetched when the tuning starts")
    return h.fragment[h.div[h.b[card.title], f", {', '.join(_card_words(card))}"], h.div(".tb-small.tb-mute")[here]]


def _card_words(card: ModelCard) -> list[str]:
    words = [_("{n} weights").format(n=parameters(card.parameters))]
    words.append(_("reads at most {n} tokens").format(n=count(card.context)))
    return [*words, card.licence]


def _time_fact(desk: TuneDesk) -> h.Node:
    """Return how long the training is predicted to take, or what has to be known first."""
    spec = desk.meant()
    steps = None if spec is None else steps_of(spec)
    if spec is None or steps is None:
        return h.span(".tb-mute")[_("told once the settings are right") if spec is None else _("told when it starts")]
    told = ngettext("{n} step", "{n} steps", steps).format(n=count(steps))
    seconds = seconds_of(spec, desk.probe.speed)
    if seconds is not None:
        about = _("about {time}").format(time=remaining(seconds))
        more = "" if not spec.early_stopping else _(", less where it stops early")
        return h.div[h.b[about], f", {told}{more}"]
    if desk.probe.speed is not None:
        return h.div[told]
    if desk.probe.going:
        return h.div[told, h.span(".tb-mute")[_("; measuring this machine, about two seconds")]]
    button = h.button(".tb-link", type="button", data_action="measure", data_key="measure")[_("Measure this machine")]
    return h.div[
        told, h.span(".tb-mute")[_("; how long that takes is known once this machine was measured.")], " ", button
    ]


def _memory_fact(plan: Plan | None) -> h.Node:
    if plan is None:
        return h.span(".tb-mute")[_("told once the settings are right")]
    if plan.needed_bytes is None:
        return h.span(".tb-mute")[_("not known before it starts")]
    needed, room = gigabytes(plan.needed_bytes), gigabytes(plan.room_bytes)
    told = _("about {needed} of {room}").format(needed=needed, room=room)
    tone: parts.Tone = {"tight": "warn", "no": "bad"}.get(plan.state, "")  # type: ignore[assignment]
    return h.fragment[
        h.div(".tb-held")[h.b[told], parts.bar(plan.needed_bytes / plan.room_bytes, tone, label=told)],
        h.div(".tb-small.tb-mute")[plan.words] if plan.state == "tight" and plan.words else None,
    ]


def _decided_fact(spec: TuneSpec | None) -> h.Node:
    """Return what is decided where the settings leave it open, each with its reason; None where nothing had to be."""
    choices = () if spec is None else choices_of(spec)
    if not choices:
        return None
    return h.ul(".tb-reasons")[
        (h.li[h.code[f"{each.field}={each.value!r}"], h.span(".tb-mute")[f" {each.why}"]] for each in choices)
    ]


def refusal(desk: TuneDesk) -> h.Node:
    """Return why it cannot be done here, with the nearest change that can, or nothing."""
    plan, spec = desk.plan(), desk.meant()
    if plan is None or spec is None or plan.state != "no":
        return None
    lighter, change = lighter_of(spec) or (None, "")
    may = lighter is not None and (isinstance(desk.model, str) or lighter.model == spec.model)
    fix = _("Nothing near it needs so little: choose a smaller model.")
    if lighter is not None:
        fix = (_("With {change} it fits.") if may else _("With {change} it fits: choose that model.")).format(
            change=change
        )
    said = _("Start all the same")
    anyway = h.button(".tb-link", type="button", data_action="start", value="now", data_key="anyway")[said]
    return h.div(".tb-alert", role="alert", data_key="refusal")[
        h.div[h.p[h.b[plan.words], h.span(".tb-mute")[f" {plan.why}"]], h.p[fix]],
        h.span(".tb-row")[parts.button(_("Change that"), "lighten", key="lighten", main=True) if may else None, anyway],
    ]
