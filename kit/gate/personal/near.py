"""What stands around a number: the words and the label that say what it is, or that it is something else."""

from __future__ import annotations

import re

_LABEL = re.compile(r"(?:([A-Za-z_][\w.#/ -]{0,30})|([一-鿿（）()]{1,10}))\s*[:：=]\s*[\"']?$")

_TELEPHONE = (
    r"\b(?:tele)?phone|\b(?:tel|ph|mob|cel|fono|handy|telefono|teléfono|telefone|téléphone|telefon)\b"
    r"|\bmobiles?\b|\bcell(?:ular|phone)?\b|\bfax\b|whats\s?app|\bhotline\b|\blandline\b|\bcontact (?:no|number)\b"
    r"|电话|手机|传真|座机|热线|號碼|電話|手機|号码[:：是为]"
)
TELEPHONE = re.compile(_TELEPHONE, re.IGNORECASE)
PHONE = re.compile(
    _TELEPHONE + r"|\b(?:reach(?:ed)?|dial|ring|rang|texted|text|sms|call(?:ed|ing|s)?|rufnummer)\b"
    r"|拨打|致电|来电|回电|联系方式|联系我|微信",
    re.IGNORECASE,
)
CARD = re.compile(
    r"\bcards?\b|\bvisa\b|master\s?card|\bamex\b|american express|\bcredit\b|\bdebit\b|\bdiners\b|\bjcb\b|union\s?pay"
    r"|\bmaestro\b|\bcc\b|\bpan\b|\bkarte\b|\bcarte\b|\btarjeta\b|卡|帐号|账号|账户|扣款|刷",
    re.IGNORECASE,
)
SSN = re.compile(r"social\s+security|\bssns?\b|\bss#|\bss\s?no\b|\btax(?:payer)? id", re.IGNORECASE)
NHS = re.compile(r"\bnhs\b|national health", re.IGNORECASE)
CHINESE_ID = re.compile(r"身份证|证件|身分证|公民身份|\bresident id|\bid\s?(?:card|number|no)", re.IGNORECASE)
IP = re.compile(r"\bip(?:v[46])?\b|\bhost\b|\baddress\b|\bserver\b|\blogin\b|地址|登录", re.IGNORECASE)
VERSION = re.compile(r"(?:\bv|version|release|firmware|build|section|chapter|§|版本|固件)\s*[.:]?\s*$", re.IGNORECASE)

# A number that is called one of these is no person's.
THING = re.compile(
    r"\b(?:order|invoice|tracking|serial|part|sku|isbn|issn|doi|ticket|batch|lot|model|barcode|ean|upc|asset|item"
    r"|product|transaction|timestamp|pmid|nct|case|work\s?order|reference|ref|code|version|udi|grant|patent)\b"
    r"[\w #.]{0,12}[:=#]?\s*$"
    r"|(?:订单|单号|流水号?|编号|型号|批号|序列号?|条码|发票号?|货号|料号|运单|快递)[号是为:： ]*$",
    re.IGNORECASE,
)


def around(text: str, start: int, end: int, words: re.Pattern[str], *, before: int = 40, after: int = 16) -> bool:
    """Do any of `words` stand near ``text[start:end]``?"""
    return bool(words.search(text[max(start - before, 0) : start]) or words.search(text[end : end + after]))


def label_of(text: str, start: int) -> str:
    """Return the label right before `start` ("Torque" in "Torque: 40"), or ""."""
    found = _LABEL.search(text[max(start - 48, 0) : start])
    return (found[1] or found[2]).strip() if found else ""


def called_otherwise(text: str, start: int, words: re.Pattern[str]) -> bool:
    """Is the number at `start` called something that none of `words` fits: by a label, or as an order or part?"""
    label = label_of(text, start)
    if label:
        return not words.search(label) and not words.search(text[max(start - 24, 0) : start])
    return bool(THING.search(text[max(start - 32, 0) : start]))
