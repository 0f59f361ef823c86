"""Phone numbers: told by their form, by the plans of numbers that the phonenumbers library knows, or by words."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from presidio_analyzer import RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from kit.gate.personal import near
from kit.gate.personal.near import around, called_otherwise
from kit.gate.personal.result import result

# Whatever may be a number to call; the dots, commas and signs of amounts and dates around it rule it out.
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9+$€£¥])(?<![\d][.,:/-])(?:\+\s?|00)?(?:\(\+?\d{1,5}\)|\d)(?:[ ./()-]{0,2}\d){5,16}"
    r"(?:\s?(?:x|ext\.?|extension|#|转|分机)\s?\d{1,6})?(?![A-Za-z0-9%])(?![.,:/-]\d)(?!万|亿|元|年|岁|块|美元)",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\s?(?:x|ext\.?|extension|#|转|分机)\s?\d{1,6}$", re.IGNORECASE)
_AMERICAN = re.compile(
    r"(?:(?:\+|00)?1[-. ]?)?(?:\(\d{3}\)[-. ]?\d{3}[-. ]\d{4}|[2-9]\d{2}([-.])\d{3}\1\d{4})"
    r"|(?:\+1|001)-\d{3}-\d{3}-\d{4}"
)
_CHINESE_MOBILE = re.compile(r"(?:(?:\(?\+|00)?86\)?[- ]?)?(1[3-9]\d)([- ]?)\d{4}([- ]?)\d{4}")
_CHINESE_LINE = re.compile(r"\(?0\d{2,3}\)?[- ]?\d{7,8}")
_DATE = re.compile(
    r"(?:19|20)\d{2}([-/. ])\d{1,2}\1\d{1,2}|\d{1,2}([-/. ])\d{1,2}\2(?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}\s?[-/]\s?(?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6})?|(?:19|20)\d{2} \d{1,4}"
)
_REGIONS = ("GB", "DE", "FR", "IT", "ES", "IN", "AU", "JP", "KR", "BR", "NL", "PL", "CH", "AT", "SE", "ZA")
_AMONG_FIGURES = re.compile(r"[\d:=|\t/#][ ,;]*$")  # in a table, where any number may have eleven digits
_HAN = re.compile(r"[一-鿿]")
_STRICT_GROUPING = 2  # groups of digits as a country writes them


class Phone(PhoneRecognizer):
    """Phone numbers of the world, and mobile numbers of China with or without their separators."""

    def __init__(self) -> None:
        super().__init__(supported_entity="PHONE", supported_regions=_REGIONS, leniency=_STRICT_GROUPING)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return the numbers that can be called."""
        spans = (_trimmed(text, *found.span()) for found in _CANDIDATE.finditer(text))
        return [result(self, *span) for span in spans if self._callable(text, *span)]

    def _callable(self, text: str, start: int, end: int) -> bool:
        number = _EXTENSION.sub("", text[start:end])
        digits = re.sub(r"\D", "", number)
        if not 7 <= len(digits) <= 15 or len(set(digits)) < 2:
            return False
        if _DATE.fullmatch(number) or called_otherwise(text, start, near.PHONE):
            return False
        said = around(text, start, end, near.PHONE, before=28, after=8)
        if _CHINESE_MOBILE.fullmatch(number):
            return said or not number.isdigit() or not _AMONG_FIGURES.search(text[max(start - 16, 0) : start])
        if _AMERICAN.fullmatch(number):
            return True
        if said:
            return len(digits) >= 9 or around(text, start, end, near.TELEPHONE, before=28, after=0)
        if number.startswith(("+", "00")):
            return _possible(number)
        if _CHINESE_LINE.fullmatch(number):
            return not number.isdigit() and around(text, start, end, _HAN, before=12, after=12)
        return number.startswith(("0", "(0")) and not number.isdigit() and self._written_so(number)

    def _written_so(self, number: str) -> bool:
        """Does any country write such a number in these groups?"""
        return any(
            match.raw_string == number
            for region in self.supported_regions
            for match in phonenumbers.PhoneNumberMatcher(number, region, leniency=_STRICT_GROUPING)
        )


def _possible(number: str) -> bool:
    """Can a number that begins with the code of a country be called?"""
    try:
        parsed = phonenumbers.parse(re.sub(r"^00", "+", number).replace("(0)", ""), None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the bracket at its end or beginning that has no partner inside."""
    if text[start:end].count("(") > text[start:end].count(")") and text[start] == "(":
        start += 1
    return start, end
