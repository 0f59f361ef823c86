"""This machine as HTML: what it has and has free, how fast it is, what runs on it and what would make the rest run."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from kit.i18n import _
from kit.machine.facts import MIB
from kit.machine.lacks import Lack
from kit.machine.words import cores_words, gpu_words, meaning
from kit.widgets import parts
from kit.widgets.copying import code_block
from kit.widgets.machine.desk import MachineDesk
from kit.widgets.machine.page_speed import measured
from kit.widgets.machine.readiness import Readiness, lacking
from kit.widgets.phase import state_chip
from kit.widgets.trouble import queue_buttons, trouble
from kit.words import memory

_FULL = 0.9  # share of a memory or disk from which on its bar warns


def machine_page(desk: MachineDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    return parts.card(
        desk.title,
        chips=_chips(desk),
        action=_action(desk),
        code=desk.code(),
        line=_line(desk),
        problem=desk.problem,
        spoken=_spoken(desk),
        body=[trouble(desk), _facts(desk), measured(desk), _runs_here(desk)],
    )


def _chips(desk: MachineDesk) -> list[h.Element]:
    if desk.busy:
        text, tone = state_chip(desk.status, "", desk.place)
        return [parts.chip(text, tone)]
    lost = {name for names in lacking(desk.groups).values() for name in names}
    return [parts.chip(_("{n} not ready").format(n=len(lost))) if lost else parts.chip(_("all ready"), "ok")]


def _action(desk: MachineDesk) -> h.Node:
    if desk.busy:
        stopping = _("It stops at the next step.") if desk.status and desk.status.state == "stopping" else ""
        return [*queue_buttons(desk), parts.button(_("Stop"), "stop", key="stop", why=stopping)]
    word = _("Measure") if desk.speed is None else _("Measure again")
    return parts.button(word, "measure", key="measure", main=desk.speed is None, why=desk.waits())


def _line(desk: MachineDesk) -> h.Node:
    queued = desk.status is not None and desk.status.state == "queued"
    share = desk.status.share if desk.status else None
    return parts.progress(share, on=desk.busy and not queued, label=_("Progress of the measuring"))


def _spoken(desk: MachineDesk) -> str:
    if desk.busy:
        return _("Measuring.")
    return "" if desk.speed is None else meaning(desk.speed)


def _facts(desk: MachineDesk) -> h.Element:
    machine = desk.machine
    sets = ", ".join(machine.instruction_sets)
    rows = [
        _row(_("Processor"), [cores_words(machine), h.div(".tb-tiny")[sets] if sets else None]),
        _row(_("Memory"), _held(machine.memory_mib, desk.free_mib)),
        *_gpu_rows(desk),
        *(_row(what, _held(total / MIB, free / MIB)) for what, free, total in _disks(desk)),
    ]
    return h.table(".tb-facts", role="table", aria_label=_("What it has"), data_key="facts")[
        h.tbody(role="rowgroup")[rows]
    ]


def _table(name: str, rows: list[h.Element]) -> h.Element:
    return h.table(".tb-facts", role="table", aria_label=name)[h.tbody(role="rowgroup")[rows]]


def _row(name: str, content: h.Node) -> h.Element:
    return h.tr(role="row")[
        h.th(scope="row", role="rowheader")[name], h.td(role="cell", data_left=True)[h.div(".tb-fact")[content]]
    ]


def _gpu_rows(desk: MachineDesk) -> Iterator[h.Element]:
    if not desk.machine.gpus:
        yield _row(_("GPU"), h.span(".tb-mute")[_("none that can be used: models run on the processor")])
    for place, (words, load) in enumerate(zip(gpu_words(desk.machine), desk.loads, strict=False)):
        busy = "" if load.load_percent is None else _("{n} % busy").format(n=round(load.load_percent))
        held = _held(load.memory_total_mib, load.memory_total_mib - load.memory_used_mib)
        yield _row(_("GPU {n}").format(n=place), [held, h.div(".tb-tiny")[" · ".join(filter(None, (words, busy)))]])


def _disks(desk: MachineDesk) -> list[tuple[str, int, int]]:
    """Return the disks, one row for both folders where they lie on the same."""
    (_runs, free, total), (_models, other_free, other_total) = desk.disks
    if total == other_total and abs(free - other_free) <= 10**8:
        return [(_("Disk"), free, total)]
    return [(_("Disk of {what}").format(what=what), *sizes) for what, *sizes in desk.disks]  # type: ignore[misc]


def _held(total_mib: float, free_mib: float) -> h.Node:
    """Return how much of something is taken, as a bar and in words."""
    taken = 1 - free_mib / total_mib if total_mib else 0.0
    text = _("{free} free of {total}").format(free=memory(free_mib), total=memory(total_mib))
    tone: parts.Tone = "warn" if taken >= _FULL else ""
    return h.div(".tb-held")[parts.bar(taken, tone, text), h.span[text]]


def _runs_here(desk: MachineDesk) -> h.Element:
    return h.div(".tb-section", data_key="ready")[
        _table(_("What runs here"), [_group(group) for group in desk.groups]),
        [_lack(names, lack, f"lack-{place}") for place, (lack, names) in enumerate(lacking(desk.groups).items())],
    ]


def _group(group: Readiness) -> h.Element:
    names = [h.span(".tb-chip", data_tone="ok", title=about or None)[name] for name, about in group.ready]
    lost = dict.fromkeys(name for each, _lack in group.lacking for name in each)
    names += [parts.chip(_("{name}: not ready").format(name=name)) for name in lost]
    return _row(_(group.title), h.div(".tb-chips")[names])


def _lack(names: list[str], lack: Lack, part: str) -> h.Element:
    """Return what some lack, and the command that puts it right, to copy."""
    told = _("{names}: {reason}.").format(names=", ".join(names), reason=lack.reason)
    return h.div(".tb-lack", data_key=part)[
        h.p(".tb-small")[told, f" {lack.fix}" if not lack.command and lack.fix else None],
        h.div(".tb-code")[code_block(lack.command, part)] if lack.command else None,
    ]
