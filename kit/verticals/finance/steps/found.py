"""What the study of the transfers found: the graph, the rules, the rings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kit.i18n import N_, _
from kit.verticals.finance.steps.pictured import Pictured, percent, without
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import step
from kit.words import count

if TYPE_CHECKING:
    from kit.verticals.finance.opening import FinanceCase

_NODES = {
    "person": N_("accounts of people"),
    "business": N_("accounts of firms"),
    "merchant": N_("merchants"),
    "counterparty": N_("accounts elsewhere"),
    "device": N_("devices"),
    "pays": N_("who pays whom"),
    "uses": N_("who uses which device"),
}
_KINDS = {
    "device": N_("one device behind many accounts"),
    "fan": N_("many pay one account that passes it on"),
    "cycle": N_("money that goes round in a circle"),
    "burst": N_("payments cut to stay below the limit"),
}


@step(N_("Transfers"))
def transfers(case: FinanceCase) -> Report:
    """Return what the transfers are, how they were divided, and what the monitoring makes of them."""
    if case.study is None:
        return without(case, _("Transfers"))
    facts = case.study_facts
    caught = facts["monitoring"]
    alerts = facts["alerts"]
    sentence = _(
        "{n} transfers in {days} days from {begins} on; those from {split} on are held out. Cheap monitoring raises "
        "{alerts} alerts there, {fraud} of them fraud."
    ).format(
        n=count(facts["transfers"]),
        days=facts["days"],
        begins=facts["begins"],
        split=facts["split"],
        alerts=count(alerts["test"]),
        fraud=count(alerts["fraud"]),
    )
    return Report(
        title=_("Transfers"),
        sentence=sentence,
        facts=(
            (_("The graph"), _graph(facts["graph"])),
            (_("Before"), _part(facts["past"])),
            (_("Held out"), _part(facts["later"])),
            *_aside(facts),
            (_("Frauds that raise an alert"), percent(caught["recall"])),
            (_("Alerts that are fraud"), percent(caught["precision"])),
        ),
        run=case.study,
    )


def _graph(counts: dict[str, int]) -> str:
    return ", ".join(f"{count(counts[kind])} {_(words)}" for kind, words in _NODES.items() if counts.get(kind))


def _aside(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how many transfers are neither learnt from nor held out, and why."""
    if not facts.get("aside"):  # of a study before they were counted, too
        return []
    text = _("{n} transfers: of the first days, when nobody has a past yet; of rings that were at work before and "
             "went on; without a label")  # fmt: skip
    return [(_("In the graph only"), text.format(n=count(facts["aside"])))]


def _part(part: dict[str, int]) -> str:
    return _("{n} transfers, {fraud} of them fraud").format(n=count(part["transfers"]), fraud=count(part["fraud"]))


@step(N_("Rules"))
def rules(case: FinanceCase) -> Report:
    """Return the rules that were found, each with what it is worth on held-out transfers."""
    if case.study is None:
        return without(case, _("Rules"))
    facts = case.study_facts
    found = facts["rules"]
    if not found:
        return Report(title=_("Rules"), sentence=_("No rule was sure enough on the past and held on later days."))
    from kit.plots.shares import shares

    series = [
        (rule["name"], {_("precision"): _of(rule["precision"]), _("recall"): _of(rule["recall"])}) for rule in found
    ]
    head = (_("Rule"), _("Flags a payment where"), _("Known before"), _("Precision"), _("Recall"), _("New"))
    table = (head, *(_line(rule) for rule in found))
    together = facts["together"]
    sentence = _(
        "{n} rules were found on transfers before {split}. On the {later} transfers after it, together: "
        "precision {precision}, recall {recall}."
    ).format(
        n=len(found),
        split=facts["split"],
        later=count(facts["later"]["transfers"]),
        precision=percent(together["precision"]),
        recall=percent(together["recall"]),
    )
    note = _(
        "Known before: its precision on the last days of the past (one right and one wrong flag added, so that few "
        "flags are not sure); this is what stands in the texts of alerts. "
        "Precision: of the held-out payments that the rule flags, those that are fraud. Recall: of all fraud there, "
        "what it flags. New: frauds that no rule before it flags. Wilson's 95 % intervals; they take payments as "
        "independent, which those of one ring are not."
    )
    notes = [note]
    if unseen := facts.get("unseen"):
        text = _("Of the frauds that raise no alert by the monitoring, the rules flag {share}.")
        notes.insert(0, text.format(share=percent(unseen)))
    case.keep(rules={"n": len(found), "precision": together["precision"], "recall": together["recall"]})
    draw = partial(shares, series, title=_("Rules by precision and recall"), axis=_("held-out transfers"))
    return Pictured(
        title=_("Rules"),
        sentence=sentence,
        table=table,
        notes=tuple(notes),
        run=case.study,
        draw=lambda width: draw(width=width),
    )


def _line(rule: dict[str, Any]) -> tuple[str, ...]:
    from kit.verticals.finance.rule import Rule

    made = Rule.from_dict(rule)
    before = f"{made.precision:.0%}"
    return made.name, made.words(), before, percent(rule["precision"]), percent(rule["recall"]), str(rule["more"])


def _of(share: dict[str, Any]) -> tuple[float, float, float]:
    return share["value"], share["low"], share["high"]


@step(N_("Rings"))
def rings(case: FinanceCase) -> Report:
    """Return how many planted rings the rules found, and how many of the groups they flag are rings."""
    if case.study is None:
        return without(case, _("Rings"))
    found = case.study_facts["rings"]
    if found is None:
        sentence = _(
            "Whether groups are rings cannot be counted: the file does not say which transfers belong together."
        )
        return Report(title=_("Rings"), sentence=sentence)
    sentence = _("The rules find {recall} of the planted rings of the held-out days; {precision} of the groups "
                 "that they flag are rings.").format(
        recall=percent(found["recall"]), precision=percent(found["precision"])
    )  # fmt: skip
    parts = [(_("Rings that hide"), found["careful"]), (_("Hasty rings"), found["hasty"])]
    parts += [(_(_KINDS.get(kind, kind)).capitalize(), share) for kind, share in found["kinds"].items()]
    transfers = found["transfers"]
    table = [
        (_("What"), _("Found")),
        (_("Transfers of rings"), percent(transfers["recall"])),
        (_("Flagged transfers that are of rings"), percent(transfers["precision"])),
        *((name, percent(share)) for name, share in parts),
    ]
    note = _(
        "A group is three flagged transfers or more that hang together by an account or a device. It is right when at "
        "least half of it is one ring, and that ring is then found. The first payments of a ring have no past, so "
        "hardly any rule can flag them."
    )
    case.keep(rings=found)
    return Report(title=_("Rings"), sentence=sentence, table=tuple(table), notes=(note,), run=case.study)
