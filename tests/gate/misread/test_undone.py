"""Misread texts go back to what was written, and sound texts in any language stay as they are."""

from __future__ import annotations

import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.gate.misread import Way, undone

LOCALES = (
    "fr_FR", "de_DE", "es_ES", "pt_BR", "it_IT", "sv_SE", "fi_FI", "pl_PL", "cs_CZ", "hu_HU", "ro_RO", "tr_TR", "vi_VN",
    "el_GR", "ru_RU", "uk_UA", "ar_AA", "he_IL", "hi_IN", "th_TH", "zh_CN", "zh_TW", "ja_JP", "ko_KR", "lv_LV", "is_IS",
)  # fmt: skip


def _texts(locale: str, n: int) -> list[str]:
    """Sentences and names of a language, with the signs that stand around words in print."""
    fake = Faker(locale)
    fake.seed_instance(21)
    made = []
    for _ in range(n):
        said, who = fake.sentence(), f"{fake.name()}, {fake.city()}"
        word = said.split(" ")[0]
        made += [
            said,
            who,
            who.upper(),
            f"“{who}”",
            f"«\xa0{word}\xa0» – {who}…",
            f"{word}’s „{who}“, {word}™ 5° {word}²",
        ]
    return made


@pytest.mark.parametrize("locale", LOCALES)
def test_sound_texts_stay(locale: str) -> None:
    changed = [(text, *undone(text)) for text in _texts(locale, 15) if undone(text) != (text, [])]
    assert changed == []


@pytest.mark.parametrize(
    "text",
    [
        "naïve façade", "São João", "“MANHÔ", "l’été\xa0»", "Ø±0.1 mm", "NESTLÉ® café…”", "náš“ kéž”", "Île-de-France",
        "В\xa0Москве", "КАДІЇВКА", "αβγ-Globulin 5 µm", "£5 – €6 ½ ¼ §3", "B超检查, A股", "茅台 up 3 %",
        "STEINMÓÐUR BÖÐVAR", "ÀÉÈ", "«élève»", "Größe ÄÖÜ", "ΑΒ×3", "T恤S",
    ],
)  # fmt: skip
def test_what_only_looks_misread_stays(text: str) -> None:
    assert undone(text) == (text, [])


@pytest.mark.parametrize("locale", LOCALES)
def test_utf8_read_as_latin1_comes_back_exactly(locale: str) -> None:
    for text in _texts(locale, 8):
        if not text.isascii():
            misread = text.encode("utf-8").decode("latin-1")
            assert undone(misread)[0] == text
            assert undone(misread.encode("utf-8").decode("latin-1"))[0] == text  # and twice


@pytest.mark.parametrize(
    ("read", "share", "whole"),
    [
        ("cp1252", 0.97, 0.95),
        ("cp1251", 0.97, 0.95),
        ("cp1250", 0.97, 0.95),
        ("mac_roman", 0.9, 0.7),
        ("cp437", 0.85, 0.9),
    ],
)
def test_utf8_read_as_another_encoding_is_seen(read: str, share: float, whole: float) -> None:
    damaged = [
        (text, text.encode("utf-8").decode(read, "replace"))
        for locale in LOCALES
        for text in _texts(locale, 5)
        if not text.isascii()
    ]
    seen = sum(bool(undone(misread)[1]) or "\ufffd" in misread for _text, misread in damaged)
    assert seen >= share * len(damaged)
    unlost = [(text, misread) for text, misread in damaged if "\ufffd" not in misread and undone(misread)[1]]
    exact = sum(undone(misread)[0] == text for text, misread in unlost)
    assert exact >= whole * len(unlost)


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        ("病人头痛三天，没有发热。", "gb18030", "latin-1"),
        ("设备漏油", "gb18030", "cp1252"),
        ("病人頭痛三天，沒有發熱。", "big5", "latin-1"),
        ("ポンプが漏れています", "shift_jis", "latin-1"),
        ("펌프에서 기름이 샙니다", "euc_kr", "latin-1"),
        ("Насос течёт с понедельника.", "cp1251", "latin-1"),
        ("病人头痛三天", "utf-8", "gb18030"),
        ("He said “no” – twice…", "cp1252", "latin-1"),
        ("naïve façade de Noël", "utf-8", "gb18030"),
    ],
)
def test_older_encodings_come_back(text: str, written: str, read: str) -> None:
    assert undone(text.encode(written).decode(read))[0] == text


def test_how_it_was_misread_is_told() -> None:
    assert undone("cafÃ© Ã  la carte")[1] == [Way("utf-8", "cp1252")]
    assert undone("ÄãºÃ")[1] == [Way("gb18030", "cp1252")]


WORDS = st.sampled_from(
    ["été", "œuvre", "“so”", "it’s", "Straße", "10 €", "Łódź", "ось", "头痛", "plain", "São", "¿qué?", "🙂"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join))
def test_round_trips(text: str) -> None:
    assert undone(text) == (text, [])
    misread = text.encode("utf-8").decode("latin-1")
    assert undone(misread)[0] == text
    assert undone(undone(misread)[0]) == (text, [])


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_ends_and_what_went_back_is_stable(text: str) -> None:
    once, ways = undone(text)
    assert bool(ways) == (once != text)
    if len(ways) < 4:
        assert undone(once)[0] == once
