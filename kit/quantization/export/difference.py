"""Where an export first differs from its original, told so that a person sees what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from kit.errors import KitError
from kit.i18n import _
from kit.quantization.export.reader import Reader

_AROUND = 24  # characters shown before and after a place
_TOKENS_AROUND = 6


def differs(problem: str) -> KitError:
    """Return the error of an export that is not its original."""
    fix = _("Nothing was exported. Export another format, or report it with the model's name: the original is whole.")
    return KitError(_("The export differs from the original: {problem}").format(problem=problem), fix=fix)


def check_same_text(name: str, original: str | None, exported: str | None, reader: Reader) -> None:
    """Raise unless two renderings of the conversation `name` are equal.

    Parameters
    ----------
    reader : Reader
        Of the original, which tells of which token the first difference is a part.
    """
    if original == exported:
        return
    if original is None or exported is None:
        who = _("the export refuses it") if exported is None else _("the original refuses it")
        raise differs(_("its chat template treats the chat {name!r} otherwise: {who}.").format(name=name, who=who))
    place = next((i for i, (a, b) in enumerate(zip(original, exported, strict=False)) if a != b), None)
    place = min(len(original), len(exported)) if place is None else place
    token = len(reader.tokens(original[:place]))
    problem = _(
        "its chat template writes the chat {name!r} otherwise from token {token} on: {found} in place of {text}."
    )
    raise differs(problem.format(name=name, token=token, found=_around(exported, place), text=_around(original, place)))


def check_same_tokens(
    name: str, original: Sequence[int], exported: Sequence[int], reader: Reader, export_reader: Reader
) -> None:
    """Raise unless two token sequences of the text `name` are equal; tells the first that differs."""
    if list(original) == list(exported):
        return
    place = next((i for i, (a, b) in enumerate(zip(original, exported, strict=False)) if a != b), None)
    place = min(len(original), len(exported)) if place is None else place
    problem = _(
        "it makes other tokens of {name!r}, the first of them token {place}: {found} in place of {token}{after}."
    )
    before = [reader.written(token) for token in original[max(place - _TOKENS_AROUND, 0) : place]]
    raise differs(
        problem.format(
            name=name,
            place=place,
            found=_told(exported, place, export_reader),
            token=_told(original, place, reader),
            after=_(", after {tokens}").format(tokens=" ".join(map(repr, before))) if before else "",
        )
    )


def _told(tokens: Sequence[int], place: int, reader: Reader) -> str:
    if place >= len(tokens):
        return _("the end")
    return f"{tokens[place]} ({reader.written(tokens[place])!r})"


def _around(text: str, place: int) -> str:
    start = max(place - _AROUND, 0)
    return ("…" if start else "") + repr(text[start : place + _AROUND])
