"""Translation of everything a person reads.

Mark a string with ``_("...")`` where it is shown and with ``N_("...")`` where it is only stored (field labels).
Catalogues live in ``kit/locale/<language>/LC_MESSAGES/tunebook.mo``; the language is ``TUNEBOOK_LANG`` or what the
environment says. Placeholders are filled after translation: ``_("{n} rows").format(n=3)``.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "tunebook"
LOCALE = Path(__file__).parent / "locale"


@cache
def _catalogue(language: str | None) -> gettext.NullTranslations:
    languages = [language] if language else None
    return gettext.translation(DOMAIN, str(LOCALE), languages=languages, fallback=True)


def _(text: str) -> str:
    """Return `text` in the reader's language, or unchanged where there is no translation."""
    return _catalogue(os.environ.get("TUNEBOOK_LANG")).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """Return `one` or `many`, by the plural rule of the reader's language for `n`."""
    return _catalogue(os.environ.get("TUNEBOOK_LANG")).ngettext(one, many, n)


def N_(text: str) -> str:
    """Mark `text` for translation and return it as it is."""
    return text
