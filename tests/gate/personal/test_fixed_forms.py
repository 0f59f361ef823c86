"""What has a fixed form is found in both scripts, by values that Faker makes, and what only looks like it is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
from faker import Faker
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, IbanRecognizer

from kit.gate.personal.analyzer import Finder
from kit.gate.personal.checksum import chinese_id, luhn
from kit.gate.personal.kinds import KINDS

FIXED = tuple(kind for kind in KINDS if KINDS[kind].fixed)

SENTENCES = {
    "email": ("write to {} before noon", "From: {}\nSubject: pump", "发到{}即可", "我的邮箱是{}，谢谢"),
    "phone": ("my mobile is {}", "Tel. {} (office)", "whatsapp {}", "电话{}，下午有人", "可致电{}咨询"),
    "card": ("charged to visa {} twice", "debit card: {}", "信用卡{}被拒", "卡号：{}"),
    "iban": ("IBAN {} please", "money went to {} by mistake", "收款账户{}已确认"),
    "us_ssn": ("SSN {} on file", "social security no. {} was wrong"),
    "zh_id": ("证件号码{}有误", "身份证号码为{}", "id card {}"),
    "mrn": ("MRN {} admitted", "chart number: {}", "病案号{}", "门诊号：{}"),
}
LOCALES = {"phone": ("en_US", "en_GB", "de_DE", "fr_FR", "zh_CN"), "email": ("en_GB", "de_DE", "zh_CN")}


def _values(kind: str, n: int) -> list[str]:
    made = []
    for locale in LOCALES.get(kind, ("zh_CN" if kind == "zh_id" else "en_GB" if kind == "iban" else "en_US",)):
        fake = Faker(locale)
        fake.seed_instance(11)
        makers: dict[str, Callable[[], str]] = {
            "email": fake.email,
            "phone": fake.phone_number,
            "card": fake.credit_card_number,
            "iban": fake.iban,
            "us_ssn": fake.ssn,
            "zh_id": fake.ssn,
            "mrn": partial(fake.bothify, "??-######"),
        }
        made += [makers[kind]() for _ in range(n)]
    return made


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(FIXED)


def _found(finder: Finder, text: str) -> set[tuple[str, str]]:
    return {(span.kind, text[span.start : span.end]) for span in finder.find([text])[0]}


@pytest.mark.parametrize("kind", list(SENTENCES))
def test_values_are_found_whole_in_sentences(finder: Finder, kind: str) -> None:
    draw = random.Random(kind)
    missed = []
    values = _values(kind, 60)
    for value in values:
        text = draw.choice(SENTENCES[kind]).format(value)
        if (kind, value) not in _found(finder, text):
            missed.append(text)
    assert len(missed) <= 0.02 * len(values), missed[:10]


@pytest.mark.parametrize(
    "text",
    [
        "Sensex up 412.50 points at 38,896.63; Nifty 11,662.60",
        "Revenue rose from Rs 12,345,678 to 2019-2020 levels of 98,765,432",
        "Air temperature: 298.1; Rotational speed: 1551; Torque: 42.8; Tool wear: 0; UDI: 13812345678",
        "Part 123-456-7890 and part number 4111111111111111 were replaced",
        "订单号：13812345678，型号4111111111111111",
        "Firmware v10.12.44.3, section 3.2.1.1",
        "icon@2x.png and user@host",
        "dose 0.5 mg, 3 x 10^9 cells, ICD-10 E11.9, 120/80 mmHg, 2021-03-04 12:30",
        "血压140/90，血糖7.8，2019年3月4日复查，共1234567元",
        "DOI 10.1000/182 ISBN 978-3-16-148410-0",
        "std::abc and 12:30:45",
        "Lot 20190304 shipped 15000 units at 1.5 V",
    ],
)
def test_figures_of_every_day_are_no_personal_data(finder: Finder, text: str) -> None:
    assert _found(finder, text) == set()


def test_a_wrong_check_digit_makes_a_number_ordinary(finder: Finder) -> None:
    """Judged by Presidio's own validators, which ours are not."""
    cards, ibans = CreditCardRecognizer(), IbanRecognizer()
    for value in _values("card", 40):
        wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
        assert cards.validate_result(value)
        assert luhn(value)
        assert not cards.validate_result(wrong)
        assert not luhn(wrong)
        assert ("card", wrong) not in _found(finder, f"card {wrong}")
    for value in _values("iban", 20):
        wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
        assert ibans.validate_result(value)
        assert ("iban", wrong) not in _found(finder, f"IBAN {wrong}")


def test_the_check_sign_of_chinese_numbers_is_that_of_faker() -> None:
    fake = Faker("zh_CN")
    fake.seed_instance(5)
    for _ in range(200):
        number = fake.ssn()
        assert chinese_id(number)
        assert sum(chinese_id(number[:17] + sign) for sign in "0123456789X") == 1


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("NHS number 943 476 5919", "uk_nhs", "943 476 5919"),
        ("born on 3 May 1980 in Leeds", "birth_date", "3 May 1980"),
        ("出生日期：1980年3月2日", "birth_date", "1980年3月2日"),
        ("login from 192.168.1.44.", "ip", "192.168.1.44"),
        ("PESEL 44051401359", "national_id", "44051401359"),
        ("codice RSSMRA85T10A562S", "national_id", "RSSMRA85T10A562S"),
        ("手机１３８１２３４５６７８", "phone", "１３８１２３４５６７８"),  # full width
        ("+86 138-1234-5678", "phone", "+86 138-1234-5678"),
    ],
)
def test_other_kinds(finder: Finder, text: str, kind: str, value: str) -> None:
    assert (kind, value) in _found(finder, text)


def test_long_lines_are_read_to_their_end(finder: Finder) -> None:
    text = "lorem ipsum 12.5 " * 4_000 + "mail to end.of.line@example.org"
    assert _found(finder, text) == {("email", "end.of.line@example.org")}
