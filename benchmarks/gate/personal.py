"""Personal data that belongs to nobody, made by Faker, in sentences as people write them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from faker import Faker

FIXED = "fixed"
NAMES = "names"


@dataclass(frozen=True)
class Planted:
    """A sentence, the personal data in it, and its kind."""

    sentence: str
    value: str
    kind: str


_EN: dict[str, tuple[str, ...]] = {
    "email": ("Please reply to {}.", "Contact: {}", "The customer wrote from {} yesterday."),
    "phone": ("Call back on {}.", "Phone: {}", "She can be reached at {} after five."),
    "card": ("Paid with card {}.", "Card number {} was declined."),
    "iban": ("Refund to IBAN {}.", "Transfer from {} was returned."),
    "us_ssn": ("SSN: {}", "His social security number is {}."),
    "mrn": ("MRN: {}", "Medical record number {} was updated."),
    "person": ("{} called about the order.", "Patient {} was seen on Monday.", "Reported by {} from the night shift.",
               "We spoke with {} and agreed to wait.", "Dear {}, thank you for your letter."),
}  # fmt: skip
_ZH: dict[str, tuple[str, ...]] = {
    "email": ("请回复到{}。", "邮箱：{}"),
    "phone": ("请拨打{}联系我。", "手机号：{}"),
    "card": ("银行卡号{}已扣款。", "用信用卡{}付款。"),
    "zh_id": ("身份证号：{}", "身份证{}已登记。"),
    "mrn": ("病历号：{}", "住院号{}。"),
    "person": ("患者{}今天复诊。", "我叫{}，想咨询一下。", "联系人：{}", "{}医生建议住院。", "由{}报修。"),
}


def maker(language: str, seed: int) -> Callable[[str, random.Random], Planted]:
    """Return what makes one sentence of a kind in a language ("en" or "zh")."""
    fake = Faker("zh_CN" if language == "zh" else "en_US")
    fake.seed_instance(seed)
    british = Faker("en_GB")
    british.seed_instance(seed)
    sentences = _ZH if language == "zh" else _EN
    values: dict[str, Callable[[], str]] = {
        "email": fake.ascii_email,
        "phone": fake.phone_number if language == "zh" else lambda: fake.numerify("(###) 555-01##"),
        "card": fake.credit_card_number,
        "iban": british.iban,
        "us_ssn": lambda: fake.ssn(),
        "zh_id": lambda: fake.ssn(),
        "mrn": lambda: fake.numerify("########"),
        "person": fake.name if language == "zh" else lambda: f"{fake.first_name()} {fake.last_name()}",
    }

    def make(kind: str, draw: random.Random) -> Planted:
        value = values[kind]()
        return Planted(draw.choice(sentences[kind]).format(value), value, kind)

    return make


def kinds(language: str, group: str) -> list[str]:
    """Return the kinds of a group in a language."""
    found = _ZH if language == "zh" else _EN
    return ["person"] if group == NAMES else [kind for kind in found if kind != "person"]
