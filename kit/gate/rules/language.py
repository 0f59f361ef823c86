"""In which language a text is written, as rules ask it."""

from __future__ import annotations

from collections.abc import Callable

from kit.errors import MissingPackageError
from kit.i18n import _

_SHORTEST = 12  # bytes: of fewer, a guess is no better than a die


def detector() -> Callable[[str], str]:
    """Return what tells the ISO 639-1 code of a text, "" where it is too short to tell.

    Raises
    ------
    MissingPackageError
        There is no py3langid.
    """
    try:
        import py3langid
    except ImportError as exc:
        raise MissingPackageError("py3langid", needed_for=_("Telling languages"), extra="data") from exc
    classify = py3langid.classify

    def language_of(text: str) -> str:
        return str(classify(text)[0]) if len(text.encode(errors="replace")) >= _SHORTEST else ""

    return language_of
