"""``tunebook models``: which models there are, what is known of each, where they are, and getting one."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from typing import Any

from kit.i18n import _
from kit.jobs.terminal import ProgressLine, TerminalReport, table
from kit.models import DEFAULT, METHOD_BITS, GetSpec, ModelCard, available, card_of, catalogue, details, locate
from kit.models.fit import fit
from kit.models.uses import COMMERCIAL, TASKS, licensed, speaks, suits
from kit.place import cache
from kit.spec import carry_out

_WIDTH = 100  # of what is told of one model


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("models", parents=[common], help=_("list models, show one, get one, find one"))
    actions = parser.add_subparsers(title=_("actions"), metavar=_("ACTION"), required=True)
    _add_list(actions, common)
    for action, do, about in (
        ("show", _show, _("tell everything that is known of a model, with the sources")),
        ("get", _get, _("bring a model to this machine, ready to load")),
        ("where", _where, _("print where a model is")),
    ):
        sub = actions.add_parser(action, parents=[common], help=about)
        sub.add_argument(
            "name",
            metavar=_("NAME"),
            help=_(
                "catalogue name (such as {default}), hub id, folder, GGUF file, package:NAME, run:ID or registry:NAME"
            ).format(default=DEFAULT),
        )
        if action == "show":
            sub.add_argument("--json", action="store_true", help=_("print plain values for a program"))
        sub.set_defaults(do=do)


def _add_list(actions: Any, common: argparse.ArgumentParser) -> None:
    sub = actions.add_parser("list", parents=[common], help=_("every model known by name"))
    sub.add_argument(
        "words",
        metavar=_("WORD"),
        nargs="*",
        help=_("only models with all of these words, such as: qwen vision, or medicine"),
    )
    sub.add_argument("--task", metavar=_("TASK"), help=_("that do this before any tuning: ") + ", ".join(TASKS))
    sub.add_argument("--language", metavar=_("CODE"), help=_("whose makers name this language, such as de"))
    sub.add_argument(
        "--licence",
        choices=tuple(COMMERCIAL),
        help=_("commercial: business use is allowed, perhaps under conditions; free: without"),
    )
    sub.add_argument("--fits", action="store_true", help=_("that fit this machine"))
    sub.add_argument(
        "--method",
        choices=tuple(METHOD_BITS),
        default="bf16",
        help=_("how the weights are held when --fits is asked; left out: bf16"),
    )
    sub.add_argument("--json", action="store_true", help=_("print plain values for a program"))
    sub.set_defaults(do=_list)


def _list(options: argparse.Namespace) -> int:
    cards = [card for card in catalogue().values() if _wanted(card, options)]
    if not cards:
        print(_nothing(options), file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps([card.to_dict() for card in cards], indent=1, ensure_ascii=False))
        return 0
    rows = [(_("NAME"), _("PARAMETERS"), _("CONTEXT"), _("LICENCE"), _("BUSINESS"), _("HERE"))]
    for card in cards:
        here = _("yes") if available(card.name) else ""
        rows.append(
            (card.name, _short(card.parameters), str(card.context), card.licence, _(card.licence_commercial), here)
        )
    print(table(rows))
    return 0


def _wanted(card: ModelCard, options: argparse.Namespace) -> bool:
    return (
        _has(card, options.words)
        and (not options.task or suits(card, options.task))
        and (not options.language or speaks(card, options.language))
        and (not options.licence or licensed(card, options.licence))
        and (not options.fits or fit(card, options.method).state != "no")
    )


def _nothing(options: argparse.Namespace) -> str:
    given = [f"--{name} {getattr(options, name)}" for name in ("task", "language", "licence") if getattr(options, name)]
    given += [f"--fits --method {options.method}"] if options.fits else []
    if not given:
        return _("No model has all of these words: {words}").format(words=" ".join(options.words))
    return _("No model is left with {asked}").format(asked=" ".join([*options.words, *given]))


def _has(card: ModelCard, words: list[str]) -> bool:
    """Do all `words` occur in what a person would look for: names, licence, tasks, modality, field?"""
    said = (card.name, card.title, card.hub_id, card.family, card.licence, card.modality, *card.tasks, *card.tags)
    text = " ".join(said).lower()
    return all(word.lower() in text for word in words)


def _show(options: argparse.Namespace) -> int:
    card = card_of(options.name)
    if options.json:
        print(json.dumps(card.to_dict(), indent=1, ensure_ascii=False))
        return 0
    told = details(card)
    width = max(len(label) for label, _text in told) + 2
    for label, text in told:
        lines = textwrap.wrap(text, max(20, _WIDTH - width)) or [""]
        print(label.ljust(width) + f"\n{' ' * width}".join(lines))
    return 0


def _get(options: argparse.Namespace) -> int:
    line = ProgressLine()
    try:
        result = carry_out(GetSpec(name=options.name), TerminalReport(cache(), line))
    finally:
        line.clear()
    print(_("{name} is ready in {folder}").format(name=options.name, folder=result.facts["folder"]))
    _tell_note(result.facts.get("note", ""))
    return 0


def _where(options: argparse.Namespace) -> int:
    location = locate(options.name)
    print(location.path)
    if location.adapter:
        print(_("with the adapter {path}").format(path=location.adapter), file=sys.stderr)
    _tell_note(location.note)
    return 0


def _tell_note(note: str) -> None:
    if note:
        print(note, file=sys.stderr)


def _short(count: int) -> str:
    if count >= 1e9:
        return f"{count / 1e9:.1f} B"
    return f"{count / 1e6:.0f} M" if count >= 1e6 else f"{count / 1e3:.0f} K"
