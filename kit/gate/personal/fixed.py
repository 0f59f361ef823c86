"""Recognizers of what has a fixed form: Presidio's own checks, with patterns that hold in Chinese text as well.

A Chinese character counts as a letter, so a word boundary finds nothing between it and a number: boundaries here are
those of Latin letters and digits. What is weak in form is believed only where the words around it say what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import tldextract
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    NhsRecognizer,
    UsSsnRecognizer,
)

from kit.gate.personal import near
from kit.gate.personal.checksum import card_issuer, chinese_id, chinese_id_form, luhn
from kit.gate.personal.near import around, called_otherwise

_BEFORE, _AFTER = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_INSIDE = frozenset(("local", "lan", "internal", "intranet", "corp", "home", "localhost", "test", "example", "invalid"))
_DATE = (
    r"(?:\d{4}[-/.年 ]\d{1,2}[-/.月 ]\d{1,2}日?|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Za-z]{3,9},? \d{4}|[A-Za-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)

_PAID_BY = re.compile(r"\b(?:card|visa|mastercard|maestro|amex)\b[\w #.:]{0,10}$|卡号?[:： ]?$", re.IGNORECASE)
_MORE = re.compile(r"\.\d")

# The list of public suffixes that comes with the package: nothing is fetched, nothing is kept on disk.
_suffixes = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)

Believes = Callable[[str, int, int], bool]


def pattern(name: str, regex: str, score: float = 0.6) -> list[Pattern]:
    """Return a pattern between boundaries that hold in Chinese text too."""
    return [Pattern(name, f"{_BEFORE}(?:{regex}){_AFTER}", score)]


def believed(recognizer: EntityRecognizer, believes: Believes) -> EntityRecognizer:
    """Return `recognizer` with only those of its results that ``believes(text, start, end)``."""
    analyze = recognizer.analyze

    def analyzed(text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
        return [found for found in analyze(text, entities, nlp_artifacts) if believes(text, found.start, found.end)]

    recognizer.analyze = analyzed  # type: ignore[method-assign]
    return recognizer


class Email(EmailRecognizer):
    """E-mail addresses; the last part of their domain is looked up in a list that is here."""

    def __init__(self) -> None:
        local = r"[\p{Latin}\p{Cyrillic}\p{Greek}0-9!#$%&'*+/=?^_`{|}~-]"
        domain = r"(?:[\p{L}0-9](?:[\p{L}0-9-]{0,62})\.){1,8}\p{Latin}{2,24}(?![\p{Latin}0-9_-])"
        regex = rf"(?<![@.\w--[\p{{Han}}]])(?:{local}(?:{local}|\.){{0,63}})@{domain}"
        super().__init__(patterns=[Pattern("email", "(?V1)" + regex, 0.5)], supported_entity="EMAIL")

    def validate_result(self, pattern_text: str) -> bool:
        last = pattern_text.rsplit(".", 1)[-1].lower()
        return last in _INSIDE or bool(_suffixes(pattern_text.rsplit("@", 1)[-1]).suffix)


class ChineseId(PatternRecognizer):
    """Chinese resident numbers: 18 signs with a check sign, or such a form where the words say what it is."""

    def __init__(self) -> None:
        regex = r"[1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx]|[1-9]\d{5}\d{6}\d{3}"
        super().__init__("ZH_ID", patterns=pattern("resident number", regex))

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: Any = None) -> list[Any]:
        """Return resident numbers whose check sign is right, or which are called so."""
        found = super().analyze(text, entities, nlp_artifacts)
        return [result for result in found if self._believes(text, result.start, result.end)]

    @staticmethod
    def _believes(text: str, start: int, end: int) -> bool:
        number = re.sub(r"[ -]", "", text[start:end])
        return chinese_id(number) or (chinese_id_form(number) and around(text, start, end, near.CHINESE_ID))


def _card(text: str, start: int, end: int) -> bool:
    digits = re.sub(r"\D", "", text[start:end])
    if not luhn(digits) or len(set(digits)) < 2:
        return False
    if around(text, start, end, _PAID_BY, before=16, after=0) and not called_otherwise(text, start, near.CARD):
        return True
    if not card_issuer(digits):
        return False
    grouped = re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5}", text[start:end])
    if around(text, start, end, near.CARD):
        return not called_otherwise(text, start, near.CARD)
    return (bool(grouped) or len(digits) >= 15) and not called_otherwise(text, start, near.CARD)


def _social_security(text: str, start: int, end: int) -> bool:
    if around(text, start, end, near.SSN):
        return True
    return bool(re.fullmatch(r"\d{3}-\d{2}-\d{4}", text[start:end])) and not called_otherwise(text, start, near.SSN)


def _ip(text: str, start: int, end: int) -> bool:
    value = text[start:end]
    if near.VERSION.search(text[max(start - 16, 0) : start]):
        return False
    said = around(text, start, end, near.IP, before=24)
    if ":" in value:
        return said or (value.count(":") >= 4 and any(sign.isdigit() for sign in value))
    octets = [int(octet) for octet in value.split("/")[0].split(".")]
    if octets[0] in (0, 127, 255):
        return False
    return said or (max(octets) >= 32 and not _MORE.match(text, end) and text[start - 1 : start] != ".")


class MedicalRecord(PatternRecognizer):
    """Numbers of medical records, which only the words before them tell."""

    _WORDS = (
        r"\bM\.?R\.?N\b|\bmedical record(?: (?:number|no))?|\b(?:patient|hospital|chart|admission|encounter|record)"
        r"[ -]?(?:id|number|no|nr)\b|\bpatient identifier"
        r"|病历号码?|病案号|住院号|门诊号|就诊号|就诊卡号?|登记号|病人编号|患者编号|住院编号|病歷號"
    )
    _LINK = r"(?:[\s.:：=#＃()（）是为为號-]|no\b\.?|number\b|is\b|was\b|编号|号码?)*"
    _ID = r"(?=[A-Za-z0-9/-]*\d{3})[A-Za-z]{0,4}[-/]?\d[A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*"

    def __init__(self) -> None:
        regex = rf"(?:{self._WORDS}){self._LINK}\K(?:{self._ID}){_AFTER}"
        super().__init__("MRN", patterns=[Pattern("medical record", regex, 0.9)])


class BirthDate(PatternRecognizer):
    """Dates that the words before them call a date of birth."""

    def __init__(self) -> None:
        words = (
            r"\bd\.?o\.?b\b\.?|\bdate of birth|\bbirth ?date|\bbirthday|\bborn(?: on)?|出生日期|出生年月日?|出生于|生日"
        )
        super().__init__(
            "BIRTH_DATE", patterns=[Pattern("birth", rf"(?:{words})[\s:：=是为(]*\K(?:{_DATE}){_AFTER}", 0.9)]
        )


def recognizers() -> dict[str, EntityRecognizer]:
    """Return the recognizer of each kind that has a fixed form of its own."""
    octet = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
    ip = pattern("IPv4", rf"{octet}(?:\.{octet}){{3}}(?:/(?:[12]?\d|3[0-2]))?")
    ip += [each for each in IpRecognizer.PATTERNS if each.name == "IPv6"]
    return {
        "email": Email(),
        "zh_id": ChineseId(),
        "iban": IbanRecognizer(supported_entity="IBAN"),
        "mrn": MedicalRecord(),
        "us_ssn": believed(
            UsSsnRecognizer(
                supported_entity="US_SSN", patterns=pattern("ssn", r"\d{3}([-. ])\d{2}\1\d{4}|\d{9}|\d{3}-\d{6}")
            ),
            _social_security,
        ),
        "uk_nhs": believed(
            NhsRecognizer(supported_entity="UK_NHS", patterns=pattern("nhs", r"\d{3}[- ]?\d{3}[- ]?\d{4}")),
            lambda text, start, end: around(text, start, end, near.NHS, after=0),
        ),
        "card": believed(
            CreditCardRecognizer(
                supported_entity="CARD",
                patterns=pattern(
                    "card", r"\d{12,19}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}"
                ),
            ),
            _card,
        ),
        "birth_date": BirthDate(),
        "ip": believed(IpRecognizer(supported_entity="IP", patterns=ip), _ip),
    }
