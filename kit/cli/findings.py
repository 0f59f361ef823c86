"""What `tunebook doctor` found, as text for a terminal: a section for each question a person has."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from kit.i18n import _, ngettext
from kit.jobs.terminal import table
from kit.machine import Speed, this_machine
from kit.machine.facts import MIB
from kit.machine.words import (
    bandwidth_words,
    cores_words,
    device_words,
    doubt,
    gpu_words,
    meaning,
    op_words,
    rate_words,
    read_words,
)
from kit.words import duration, memory, number

_WIDTH = 96  # of sentences


def page(found: dict[str, Any], speed: Speed | None, *, everything: bool) -> str:
    """Return all sections of what `checkup` found.

    Parameters
    ----------
    everything : bool
        List every package that is needed, not only those that are wrong.
    """
    sections = [
        (_("Machine"), _machine(found["machine"])),
        (_("Measured speed"), _speed(speed)),
        (_("Engines"), _things(found["engines"], "title")),
        (_("Quantization methods"), _methods(found["methods"])),
        (_("Can be added"), _things(found["extras"], "name", "gives")),
        (_("Packages"), _packages(found["packages"], everything)),
        (_("Disk"), _disks(found["disks"])),
        (_("Models"), _models(found["models"])),
    ]
    return "\n\n".join([f"tunebook {found['version']}", *(_section(title, lines) for title, lines in sections)])


def model_page(found: Sequence[dict[str, Any]]) -> str:
    """Return how one model fits and answers here, a row for each method, then why and what would change it."""
    told = {"fits": _("fits"), "tight": _("tight"), "no": _("does not fit")}
    rows = [(_("METHOD"), _("FIT"), _("NEEDS"), _("OF"), _("FIRST TOKEN"), _("TOKENS/S"))]
    for each in found:
        runs = each["ready"] and each["state"] != "no"  # a speed of what cannot be had would mislead
        first, pace = (each["ttft_s"], each["decode_tokens_per_s"]) if runs else (None, None)
        rows.append(
            (
                each["method"],
                told[each["state"]] if each["ready"] else _("cannot run here"),
                memory(each["needed_bytes"] / MIB),
                memory(each["room_bytes"] / MIB),
                "–" if first is None else duration(first),
                "–" if pace is None else number(pace),
            )
        )
    lines = [table(rows)]
    lines += [f"{each['method']}: {lack['reason']}. {lack['fix']}" for each in found for lack in each["lacks"]]
    for each in found:
        if each["state"] != "no":
            continue
        lines += ["", *textwrap.wrap(f"{each['method']}: {' '.join(each['reasons'])} {each['change']}", _WIDTH)]
    lines += ["", _("Predicted for 2,048 tokens, one question at a time, a prompt of 512.")]
    return "\n".join(lines)


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(f"  {line}" if line else "" for line in lines)])


def _machine(found: dict[str, Any]) -> list[str]:
    machine = this_machine()
    free = _("{total} of memory for a process here, {free} free").format(
        total=memory(found["memory_mib"]), free=memory(found["memory_free_mib"])
    )
    sets = ", ".join(machine.instruction_sets) or _("no instruction sets known that matter")
    return [cores_words(machine), sets, free, *gpu_words(machine), machine.system]


def _speed(speed: Speed | None) -> list[str]:
    if speed is None:
        return [_("not measured; do it with: tunebook doctor --probe")]

    def listed(pairs: list[tuple[str, str]]) -> str:
        return ", ".join(f"{name} {value}" for name, value in pairs)

    rows = [
        (_("reading memory"), bandwidth_words(speed)),
        (_("reading weights, by type"), listed(read_words(speed))),
        (_("multiplying matrices"), listed(rate_words(speed))),
        (_("beginning an operation"), op_words(speed)),
        (_("measured"), f"{speed.measured[:16].replace('T', ' ')} UTC, {device_words(speed.device)}"),
    ]
    said = [line for text in (meaning(speed), doubt(speed)) for line in textwrap.wrap(text, _WIDTH)]
    return [*table([row for row in rows if row[1]]).splitlines(), *said]


def _things(found: Sequence[dict[str, Any]], *names: str) -> list[str]:
    """Return a row for each thing that runs or not, and below it what it lacks."""
    if not found:
        return [_("none known")]
    rows = table([(*(each[name] for name in names), _("ready") if each["ready"] else "") for each in found])
    lines = []
    for row, each in zip(rows.splitlines(), found, strict=True):
        lines.append(row)
        lines += [f"    {lack['reason']}. {lack['fix']}" for lack in each["lacks"]]
    return lines


def _methods(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return a row for each method, its engine and its last self-test, and below it what it lacks or what failed."""
    shown = [{**each, "tested": tested_words(each["self_test"])} for each in found]
    lines = _things(shown, "name", "title", "tested")
    failed = [each for each in found if each["self_test"] and not each["self_test"]["ok"]]
    lines += [f"{each['name']}: {each['self_test']['error']} {each['self_test']['fix']}" for each in failed]
    ready, tried = sum(each["ready"] for each in found), sum(bool(each["self_test"]) for each in found)
    lines.append(
        _("{ready} methods are ready, {tried} were tried out here; try them with: tunebook doctor --self-test").format(
            ready=ready, tried=tried
        )
    )
    return lines


def tested_words(told: dict[str, Any] | None) -> str:
    """Return what became of the last self-test, in two or three words; "" where there was none."""
    if told is None:
        return ""
    if not told["current"]:
        return _("tried with other versions")
    return _("works, tried in {time}").format(time=duration(told["seconds"])) if told["ok"] else _("failed when tried")


def _packages(found: Sequence[dict[str, Any]], everything: bool) -> list[str]:
    shown = [each for each in found if everything or not each["fits"]]
    rows = [(each["name"], each["found"] or _("missing"), each["wanted"]) for each in shown]
    if everything or not shown:
        right = sum(each["fits"] for each in found)
        said = ngettext("{n} of {m} needed is here and fits", "{n} of {m} needed are here and fit", right)
        return [said.format(n=right, m=len(found)), *(table(rows).splitlines() if rows else [])]
    return table(rows).splitlines()


def _disks(found: Sequence[dict[str, Any]]) -> list[str]:
    names = {"runs": _("runs"), "models": _("models")}
    rows = [
        (
            names[each["what"]],
            _("{free} free of {total}").format(
                free=memory(each["free_bytes"] / MIB), total=memory(each["total_bytes"] / MIB)
            ),
            each["folder"],
        )
        for each in found
    ]
    return table(rows).splitlines()


def _models(found: Sequence[dict[str, Any]]) -> list[str]:
    if not found:
        return [_("none here yet; get one with: tunebook models get NAME")]
    return table([(each["name"], memory(each["bytes"] / MIB)) for each in found]).splitlines()
