"""How fast this machine is, as HTML: figures by type of number, and what they mean for a model."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.machine import Speed
from kit.machine.words import bandwidth_words, device_words, doubt, meaning, op_words, prompt_s, token_s
from kit.widgets import parts
from kit.widgets.machine.desk import MachineDesk
from kit.widgets.trouble import waiting
from kit.words import duration, number

_TYPES = ("fp32", "bf16", "fp16")


def measured(desk: MachineDesk) -> h.Element:
    """Return the section on speed; what is unknown is a dash, so that nothing moves when it comes."""
    speed = desk.speed
    said = _("Measuring takes a few seconds and tells how fast models can read and write here; predictions rest on it.")
    tiles = [
        (_("reading memory"), "–" if speed is None else bandwidth_words(speed), ""),
        (_("beginning an operation"), "–" if speed is None else op_words(speed), ""),
    ]
    unsure = doubt(speed) if speed is not None else ""
    return h.div(".tb-section", data_key="speed")[
        h.div(".tb-row")[h.b[_("Measured speed")], _device(desk), h.span(".tb-tiny")[_when(speed)]],
        parts.instead(parts.tiles(tiles), waiting(desk.status) if desk.status else None),
        _rates(speed),
        h.p(".tb-small.tb-mute.tb-note")[said if speed is None else meaning(speed)],
        h.p(".tb-small", data_tone="warn")[unsure] if unsure else None,
    ]


def _device(desk: MachineDesk) -> h.Node:
    if len(desk.devices) == 1:
        return None
    options = [h.option(value=each, selected=each == desk.device)[device_words(each)] for each in desk.devices]
    field = h.select(name="device", data_change="device", data_value=desk.device)[options]
    return h.label(".tb-check.tb-small.tb-mute")[_("Device"), field]


def _when(speed: Speed | None) -> str:
    if speed is None:
        return _("not measured yet")
    return _("{time} UTC").format(time=speed.measured[:16].replace("T", " "))


def _rates(speed: Speed | None) -> h.Element:
    """Return a row for each type: its rates, and what they come to for a model with 1 B parameters."""
    titles = (
        _("Weights"),
        _("read at"),
        _("a token of a 1 B model"),
        _("multiplied at"),
        _("its prompt of 1,000 tokens"),
    )
    known = {*_TYPES} if speed is None else {*speed.tflops, *speed.gemv_gb_s}
    rows = [
        h.tr(role="row")[
            h.th(scope="row", role="rowheader")[kind],
            [
                h.td(role="cell", data_label=title)[value]
                for title, value in zip(titles[1:], _values(speed, kind), strict=True)
            ],
        ]
        for kind in (*_TYPES, "int8")
        if kind in known
    ]
    head = [h.th(scope="col", role="columnheader")[title] for title in titles]
    return h.table(".tb-rates", role="table", aria_label=_("Speed by type of the weights"))[
        h.thead(role="rowgroup")[h.tr(role="row")[head]], h.tbody(role="rowgroup")[rows]
    ]


def _values(speed: Speed | None, kind: str) -> list[str]:
    if speed is None:
        return ["–"] * 4
    read, token = speed.gemv_gb_s.get(kind), token_s(speed, kind)
    rate, prompt = speed.tflops.get(kind), prompt_s(speed, kind)
    return [
        "–" if read is None else _("{n} GB/s").format(n=number(read)),
        "–" if token is None else duration(token),
        "–" if rate is None else _("{n} TFLOP/s").format(n=number(rate)),
        "–" if prompt is None else duration(prompt),
    ]
