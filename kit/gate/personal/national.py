"""National identity numbers with check digits, as Presidio verifies them; most are believed only where they are named.

A number of eleven digits passes one check in ten by chance, so the words before it must say what it is. Few forms are
so rare by themselves that they need no words.
"""

from __future__ import annotations

import re
from typing import Any

from presidio_analyzer import EntityRecognizer
from presidio_analyzer import predefined_recognizers as known

from kit.gate.personal.fixed import believed, pattern
from kit.gate.personal.near import around

# Recognizer, and the words that name such a number; "" where its form and check are enough.
_KNOWN: tuple[tuple[str, str], ...] = (
    ("ItFiscalCodeRecognizer", ""),
    ("FiPersonalIdentityCodeRecognizer", ""),
    ("EsNifRecognizer", r"\bd\.?n\.?i\b|\bn\.?i\.?f\b|documento nacional|identificaci[oó]n"),
    ("EsNieRecognizer", r"\bn\.?i\.?e\b|extranjero|identificaci[oó]n"),
    ("DeTaxIdRecognizer", r"steuer|\bidnr\b|tax id"),
    ("PlPeselRecognizer", r"\bpesel\b"),
    ("InAadhaarRecognizer", r"\baadha?ar\b|\buidai\b|आधार"),
    ("InPanRecognizer", r"\bpan\b|permanent account"),
    ("KrRrnRecognizer", r"\brrn\b|resident registration|주민"),
    ("SePersonnummerRecognizer", r"personnummer|personal number"),
    ("TrNationalIdRecognizer", r"\bt\.?c\.?\b|kimlik|national id"),
    ("ThTninRecognizer", r"\btnin\b|thai|national id|ประชาชน"),
    ("ZaIdNumberRecognizer", r"\bid\b|identity"),
    ("SgFinRecognizer", r"\bnric\b|\bfin\b|singapore|identity"),
    ("CaSinRecognizer", r"\bsin\b|social insurance"),
    ("AuTfnRecognizer", r"\btfn\b|tax file"),
    ("AuMedicareRecognizer", r"\bmedicare\b"),
    ("UkNinoRecognizer", r"national insurance|\bni(?:no)?\b"),
    ("UsItinRecognizer", r"\bitin\b|taxpayer"),
    ("NgNinRecognizer", r"\bnin\b|national id"),
)

# Presidio's own takes time with the square of a line's length.
_PATTERNS = {"InPanRecognizer": pattern("PAN", r"(?-i:[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z])")}


def recognizers() -> list[EntityRecognizer]:
    """Return the recognizers of national numbers that this version of Presidio has."""
    found = []
    for name, words in _KNOWN:
        made = getattr(known, name, None)
        if made is None:  # Presidio adds and renames some between versions
            continue
        given = {"patterns": _PATTERNS[name]} if name in _PATTERNS else {}
        recognizer = made(supported_language="en", supported_entity="NATIONAL_ID", **given)
        found.append(believed(recognizer, _named(words)) if words else recognizer)
    return found


def _named(words: str) -> Any:
    compiled = re.compile(words, re.IGNORECASE)
    return lambda text, start, end: around(text, start, end, compiled, before=48, after=0)
