"""Put placeholders where personal data stands."""

from __future__ import annotations

import re
from collections.abc import Callable

from kit.gate.personal.check import finder
from kit.gate.personal.key import digest, secret
from kit.gate.personal.kinds import kinds_of
from kit.gate.spec import Thresholds

_WRITTEN_ALIKE = re.compile(r"[\s().\-–/+]+")


def mend(spec: Thresholds) -> Callable[[str], str]:
    """Return what replaces personal data in a text: by "<EMAIL>", or by "<EMAIL_3fa9c1d204>" for each address its own.

    Parameters
    ----------
    spec : Thresholds
        `personal` says which kinds, `personal_as` how they are replaced.

    Raises
    ------
    MissingPackageError
        Presidio is not installed.
    """
    found = finder(kinds_of(spec.personal))
    key = secret() if spec.personal_as == "hash" else None

    def placeholder(kind: str, value: str) -> str:
        if key is None:
            return f"<{kind.upper()}>"
        return f"<{kind.upper()}_{digest(key, kind, _one_form(kind, value))}>"

    def mended(text: str) -> str:
        # Again until nothing is found: with a name gone, the words left may tell another one.
        while spans := found.find([text])[0]:
            parts, at = [], 0
            for start, end, kind in spans:
                parts += [text[at:start], placeholder(kind, text[start:end])]
                at = end
            text = "".join(parts) + text[at:]
        return text

    return mended


def _one_form(kind: str, value: str) -> str:
    """Return a value in the one form that all its spellings share."""
    if kind == "person":
        return " ".join(value.casefold().split())
    value = _WRITTEN_ALIKE.sub("", value) if kind not in ("email", "ip", "birth_date") else value
    value = value.casefold()
    return value.removeprefix("0086").removeprefix("86") if kind == "phone" and len(value) > 11 else value
