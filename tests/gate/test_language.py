"""Languages and scripts of rows: told where they can be, and called too short where they cannot."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from faker import Faker

import kit
from kit.errors import MissingPackageError, UnknownNameError
from kit.gate import language
from kit.gate.gate import gate
from kit.gate.script import letters, look_alike
from kit.report import ListReport

LOCALES = {
    "en_US": "en", "fr_FR": "fr", "de_DE": "de", "es_ES": "es", "it_IT": "it", "nl_NL": "nl", "pl_PL": "pl",
    "ru_RU": "ru", "ja_JP": "ja", "zh_CN": "zh", "el_GR": "el", "ar_AA": "ar", "he_IL": "he", "vi_VN": "vi",
}  # fmt: skip


def _found(folder: Path, texts: list[str], *languages: str) -> dict[str, Any]:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    source = kit.DataSpec(source=str(path), task="continue")
    spec = kit.GateSpec(data=source, checks=("language",), languages=languages)
    found: dict[str, Any] = gate(spec, ListReport(folder)).facts["findings"][0]
    return found


def _sentences(locale: str, n: int) -> list[str]:
    fake = Faker(locale)
    fake.seed_instance(6)
    return [fake.sentence(nb_words=14) for _ in range(n)]


def test_sentences_of_many_languages(tmp_path: Path) -> None:
    n = 20
    found = _found(tmp_path, [text for locale in LOCALES for text in _sentences(locale, n)])
    assert (found["level"], found["rows"]) == ("note", 0)
    told = found["numbers"]["languages"]
    assert {language for language in LOCALES.values() if told.get(language, 0) >= 0.9 * n} == set(LOCALES.values())
    assert sum(told.values()) + found["numbers"]["too_short"] == n * len(LOCALES)


def test_rows_that_were_not_meant_are_pointed_at(tmp_path: Path) -> None:
    texts = [*_sentences("en_US", 5), *_sentences("de_DE", 3), "设备漏油，需要更换密封圈", "ok", "12.5 3 7"]
    found = _found(tmp_path, texts, "en", "zh")
    assert found["level"] == "warn"
    assert [flag["number"] for flag in found["examples"]] == [6, 7, 8]
    assert found["examples"][0]["message"] == "in German, not in English, Chinese"
    assert found["numbers"]["too_short"] == 2
    assert found["numbers"]["scripts"] == {"Latin": 9, "Han": 1, "none": 1}


def test_a_script_tells_even_short_rows(tmp_path: Path) -> None:
    assert [flag["number"] for flag in _found(tmp_path, ["pump", "头痛", "泵"], "en")["examples"]] == [2]


def test_one_language_is_no_mix(tmp_path: Path) -> None:
    assert _found(tmp_path, _sentences("fr_FR", 20))["level"] == "ok"


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="english"):
        _found(tmp_path, ["a"], "english")


def test_words_of_two_scripts_are_pointed_at(tmp_path: Path) -> None:
    found = _found(tmp_path, ["Log in at pаypal today", "A plain sentence in one script only"])
    assert (found["level"], found["rows"]) == ("warn", 1)
    assert found["examples"][0]["message"] == "letters of two scripts in one word at 11"


@pytest.mark.parametrize(("text", "at"), [("Bаnk", 0), ("the Аpple", 4), ("cтол", 0), ("нет CОВЕТ", 4)])
def test_letters_that_look_alike(text: str, at: int) -> None:
    assert look_alike(text) == at


@pytest.mark.parametrize(
    "text", ["5 µm β2 αβ-Globulin", "Привет, John", "IT-отдел", "ΔH", "SARS-CoV-2病毒", "naïve", "γGT"]
)
def test_words_of_science_are_no_trick(text: str) -> None:
    assert look_alike(text) is None


def test_letters_are_counted_by_script() -> None:
    assert letters("Ab1 你好 привет ひらがな 한글") == {"Cyrillic": 6, "Kana": 4, "Latin": 2, "Hangul": 2, "Han": 2}


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    language._identifier.cache_clear()
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    with pytest.raises(MissingPackageError, match="py3langid"):
        _found(tmp_path, ["a"])
