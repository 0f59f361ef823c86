"""Check digits that Presidio does not know."""

from __future__ import annotations

from datetime import date

# GB 11643-1999: weights of the first 17 digits, and the sign for each remainder of 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SIGNS = "10X98765432"
# GB/T 2260: first digits of the code of a province.
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    ]
)
_ISSUERS = ("4", "51", "52", "53", "54", "55", "34", "37", "30", "36", "38", "39", "35", "60", "62", "64", "65", "81")
_MAESTRO = ("50", "56", "57", "58", "59", "61", "63", "66", "67", "68", "69")
_JCB_15 = ("2131", "1800")


def chinese_id(number: str) -> bool:
    """Is this a Chinese resident number: a province, a date of birth, and the right check sign?

    Parameters
    ----------
    number : str
        17 digits and a digit or X.
    """
    if len(number) != 18 or not number[:17].isdigit() or not chinese_id_form(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17].upper() == _SIGNS[total % 11]


def chinese_id_form(number: str) -> bool:
    """Has this the form of a Chinese resident number (18 signs, or the 15 of before 1999), whatever its check sign?"""
    if number[:2] not in _PROVINCES:
        return False
    return is_date(number[6:14]) if len(number) == 18 else len(number) == 15 and is_date("19" + number[6:12])


def is_date(digits: str) -> bool:
    """Are these eight digits a day on which somebody alive may have been born?"""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1900 <= day.year <= date.today().year


def card_issuer(digits: str) -> bool:
    """Do these digits begin, and are they as long, as those of a payment card (ISO/IEC 7812 ranges in use)?"""
    n = len(digits)
    if digits.startswith(("34", "37")):
        return n == 15
    if digits.startswith(_JCB_15):
        return n == 15
    if digits.startswith("4"):
        return n in (13, 16, 19)
    if digits.startswith(_MAESTRO):
        return 12 <= n <= 19
    if digits.startswith(_ISSUERS):
        return 14 <= n <= 19 or (n in (12, 13) and digits.startswith(("60", "62")))
    return n == 16 and "2221" <= digits[:4] <= "2720"  # Mastercard since 2017


def luhn(digits: str) -> bool:
    """Is the last digit the check digit of the others (ISO/IEC 7812-1, annex B)?"""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
