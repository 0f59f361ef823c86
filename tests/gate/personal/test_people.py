"""Names in both scripts, in sentences and by names that Faker makes; and what is no name."""

from __future__ import annotations

import random

import pytest
from faker import Faker

from kit.gate.personal.analyzer import Finder
from kit.gate.personal.chinese import names

ENGLISH = (
    "{} phoned about a refund.", "The form was signed by {}.", "Mr {} lives next door.", "Hi {}, thanks for waiting.",
    "Operator {} closed the valve.", "Please ask for {} at the desk.", "Caller name: {}", "Best regards, {}",
    "{} complains of headache since Friday.", "My name is {} and I lost my key.",
)  # fmt: skip
CHINESE = (
    "客户{}来电投诉。", "本次检修由{}完成。", "姓名：{}，性别男", "你好，我是{}，最近头疼。", "请联系{}先生取件。",
    "{}女士的订单已发货。", "主治医师{}查房。", "收件人{}", "病人{}于昨日入院", "{}表示不满意。", "转给{}处理一下",
    "上午{}来院复查",
)  # fmt: skip


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(("person",))


@pytest.mark.parametrize("locale", ["en_US", "en_IN", "de_DE", "pl_PL"])
def test_english_sentences(finder: Finder, locale: str) -> None:
    fake, draw = Faker(locale), random.Random(locale)
    fake.seed_instance(3)
    people = [f"{fake.first_name()} {fake.last_name()}" for _ in range(80)]
    texts = [draw.choice(ENGLISH).format(name) for name in people]
    found = finder.find(texts)
    hit = sum(
        any(name in text[span.start : span.end] for span in spans)
        for name, text, spans in zip(people, texts, found, strict=True)
    )
    assert hit >= 0.9 * len(people)


def test_chinese_sentences() -> None:
    fake, draw = Faker("zh_CN"), random.Random(8)
    fake.seed_instance(8)
    missed = []
    for _ in range(400):
        name = fake.name()
        text = draw.choice(CHINESE).format(name)
        if name not in [text[start:end] for start, end in names(text)]:
            missed.append(text)
    assert len(missed) <= 0.1 * 400, missed[:20]


@pytest.mark.parametrize(
    "text",
    [
        "患者高血压三年，周围血管正常，方便时复查。",
        "于是医生建议检查，常见的方法是温水服用。",
        "我叫不出名字，任何时间都可以。",
        "江苏金属公司成立于石家庄，何时发货？",
        "最近总是头晕恶心，血压有点高，怎么办？",
    ],
)
def test_chinese_words_that_begin_like_names(text: str) -> None:
    assert [text[start:end] for start, end in names(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Tata Motors shares fall 3% as State Bank of India trims forecast",
        "Which of the following is seen in Marfan Syndrome?",
        "Infosys Technologies Ltd to buy Panaya in March",
        "Hydraulic Pump leaking at North Wall",
        "Dear Sir, please check the Cooling Water line.",
    ],
)
def test_firms_and_diseases_are_no_people(finder: Finder, text: str) -> None:
    assert finder.find([text])[0] == []


def test_only_the_name_is_taken(finder: Finder) -> None:
    text = "Regards, Mitchell Munoz What happens next?"
    (span,) = finder.find([text])[0]
    assert text[span.start : span.end] == "Mitchell Munoz"
