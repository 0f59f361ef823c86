"""``tunebook models``: which models there are, where they are, and getting one."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kit.i18n import _
from kit.jobs.terminal import ProgressLine, TerminalReport, table
from kit.models import DEFAULT, GetSpec, ModelCard, available, catalogue, locate
from kit.place import cache
from kit.spec import carry_out


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("models", parents=[common], help=_("list models, get one, find one"))
    actions = parser.add_subparsers(title=_("actions"), metavar=_("ACTION"), required=True)
    listing = actions.add_parser("list", parents=[common], help=_("every model known by name"))
    listing.add_argument(
        "words",
        metavar=_("WORD"),
        nargs="*",
        help=_("only models with all of these words, such as: qwen vision, or medicine"),
    )
    listing.set_defaults(do=_list)
    for action, do, about in (
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
        sub.set_defaults(do=do)


def _list(options: argparse.Namespace) -> int:
    rows = [(_("NAME"), _("PARAMETERS"), _("CONTEXT"), _("LICENCE"), _("HERE"))]
    cards = {name: card for name, card in catalogue().items() if _has(card, options.words)}
    if not cards:
        print(_("No model has all of these words: {words}").format(words=" ".join(options.words)), file=sys.stderr)
        return 1
    for name, card in cards.items():
        here = _("yes") if available(name) else ""
        rows.append((name, _short(card.parameters), str(card.context), card.licence, here))
    print(table(rows))
    return 0


def _has(card: ModelCard, words: list[str]) -> bool:
    """Do all `words` occur in what a person would look for: names, licence, tasks, modality, field?"""
    said = (card.name, card.title, card.hub_id, card.family, card.licence, card.modality, *card.tasks, *card.tags)
    text = " ".join(said).lower()
    return all(word.lower() in text for word in words)


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
    return f"{count / 1e9:.1f} B" if count >= 1e9 else f"{count / 1e6:.0f} M"
