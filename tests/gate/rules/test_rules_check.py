"""Rules as data: what is refused in which words, what each counts, and which rows are pointed at."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.errors import ParameterError, UnknownNameError
from kit.gate.check import Seen
from kit.gate.gate import gate
from kit.gate.rules.check import Rules
from kit.gate.rules.presets import PRESETS
from kit.gate.rules.quantity import QUANTITIES
from kit.gate.rules.rule import all_rules, rules_of
from kit.gate.rules.view import View
from kit.gate.texts import Texts
from kit.report import ListReport

DATA = kit.DataSpec(source="rows.jsonl")


def _rules(*rules: str) -> Rules:
    with Texts(Path()) as texts:
        return Rules(kit.GateSpec(data=DATA, rules=rules), texts)


def _told(text: str, *rules: str) -> list[str]:
    return [message for _rule, message in _rules(*rules).broken(text)]


def _value(name: str, text: str) -> float:
    return QUANTITIES[name].of(View(text))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("word>=3", "'words>=3'"),
        ("gofer", "'gopher'"),
        ("symbol_share<=37", "a share from 0 to 1 behind symbol_share"),
        ("words>=many", "a number from 0 on behind words"),
        ("words=3", "Write words>=3 or words<=3"),
        ("match=(", "a regular expression"),
        ("match=((((a|b){50}){50}){50}){50}", "10,000 copies"),
        ("match=", "a regular expression after ="),
        ("language=English", "language=en,zh"),
        ("", "a preset"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_nearest(rule: str, words: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(words)):
        kit.GateSpec(data=DATA, rules=("words>=1", rule))


def test_every_quantity_has_a_rule_as_its_example() -> None:
    for name, quantity in QUANTITIES.items():
        (rule,) = rules_of(name + quantity.example)
        worst = 1e9 if rule.at_most and quantity.kind != "share" else float(rule.at_most)
        assert quantity.written(rule.limit) in rule.told(worst)
        assert "{" not in rule.told(worst)


def test_presets_hold_the_published_numbers() -> None:
    """Rae et al. 2021, section A1.1 and table A1, copied from the paper a second time."""
    repetition = {2: 0.20, 3: 0.18, 4: 0.16, 5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
    limits = {(rule.name, rule.at_most): rule.limit for rule in all_rules(("gopher-pages",))}
    for n, limit in repetition.items():
        assert limits[f"{'top' if n < 5 else 'repeated'}_{n}grams", True] == limit
    assert (limits["words", False], limits["words", True]) == (50, 100_000)
    assert (limits["mean_word_length", False], limits["mean_word_length", True]) == (3, 10)
    assert set(PRESETS["c4"]) < set(PRESETS["c4-pages"])


def test_messages_say_rule_value_and_limit() -> None:
    assert _told("§§§§ abcdef", "symbol_share<=0.1") == ["40 % of its characters are symbols; at most 10 % are allowed"]
    assert _told("Hello.", "words>=3") == ["it has 1 words; at least 3 are needed"]
    assert _told("a {b}", "c4") == ["it holds 1 curly brackets; at most 0 are allowed"]


def _reference_repeated(words: list[str], n: int) -> float:
    """Characters covered by runs of n words that stood before, from left to right, none twice: place by place."""
    before: list[list[str]] = []
    covered, place = 0, 0
    while place + n <= len(words):
        run = words[place : place + n]
        if run in before:
            covered += len("".join(run))
            place += n
        else:
            before.append(run)
            place += 1
    return covered / max(len("".join(words)), 1)


def _reference_top(words: list[str], n: int) -> float:
    counts = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    most = max(counts.values(), default=0)
    if most < 2:
        return 0.0
    return min(max(len("".join(r)) * c for r, c in counts.items() if c == most) / len("".join(words)), 1.0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["a", "bb", "the", "x1", "#", "longer"]), max_size=40))
def test_repetition_is_what_its_definition_says(words: list[str]) -> None:
    text = " ".join(words)
    view = View(text)
    for n in (2, 3, 4):
        assert QUANTITIES[f"top_{n}grams"].of(view) == pytest.approx(_reference_top(words, n))
    for n in (5, 6, 7, 8, 9, 10):
        assert QUANTITIES[f"repeated_{n}grams"].of(view) == pytest.approx(_reference_repeated(words, n))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_counted(text: str) -> None:
    for name, quantity in QUANTITIES.items():
        value = _value(name, text)
        assert value >= 0
        if quantity.kind == "share" and name not in ("hashes", "ellipses"):
            assert value <= 1
    for _rule, message in _rules("c4-pages", "gopher-pages").broken(text):
        assert message


def test_rules_that_need_lines_or_repeats_are_not_passed_over_where_they_forbid_their_lack() -> None:
    assert _told("one line", "repeated_lines>=0.1") == ["0 % of its lines stand twice; at least 10 % are needed"]
    assert len(_told("no run twice", "top_2grams>=0.5", "words<=2")) == 2


def test_two_characters_of_chinese_count_as_a_word() -> None:
    assert _value("words", "病人头痛三天，没有发热") == 5  # ten characters
    assert _value("words", "用 Python 写代码") == 3
    assert _told("病人头痛三天请问怎么办", "stop_words>=1")
    assert _told("病人头痛三天没有发热，请问这是什么病，应该吃什么药？谢谢医生。", "gopher", "c4", "words>=3") == []
    repeated = "头痛头痛头痛" * 5
    assert _told(repeated, "top_2grams<=0.2")


@pytest.mark.parametrize(
    ("rule", "text", "broken"),
    [
        ("bullet_lines<=0.9", "- a\n- b", True),
        ("bullet_lines<=0.9", "- a", False),
        ("ellipsis_lines<=0.3", "a...\nb…\nc", True),
        ("repeated_lines<=0.3", "a\na\na", True),
        ("repeated_lines<=0.3", "a\nb\nc", False),
        ("mean_word_length<=10", "incomprehensibilities electroencephalographically", True),
        ("words_with_letters>=0.8", "12 13 14 a", True),
        ("match=\\d", "no digit", True),
        ("match=\\d", "one 1", False),
        ("not_match=https?://", "see https://example.org", True),
        ("language=en", "Der Patient klagt seit gestern über starke Kopfschmerzen und Schwindel.", True),
        ("language=en,zh", "病人头痛三天，没有发热，请问应该怎么办？", False),
        ("c4", "Please enable JavaScript", True),
        ("sentences>=3", "One. Two. Three.", False),
        ("sentences>=3", "一句。两句。", True),
        ("capitals<=0.5", "ALL OF THIS", True),
    ],
)
def test_single_rules(rule: str, text: str, broken: bool) -> None:
    assert bool(_told(text, rule)) is broken


def test_a_pattern_that_runs_away_is_given_up_and_told() -> None:
    check = _rules("not_match=(a|aa)+$", "words>=3")
    row = kit.data.row.Row(text="a" * 60 + "b", answer="x")  # type: ignore[attr-defined]
    began = time.monotonic()
    check.feed([Seen("data", place, place, row) for place in range(500)])
    assert time.monotonic() - began < 10
    found = check.finish(lambda done, total: None)
    assert found.level == "warn"
    assert found.numbers["given_up"] == ["not_match=(a|aa)+$"]
    assert "given up" in found.summary
    assert found.numbers["rules"]["words>=3"] == 500


def test_rows_that_break_rules_are_pointed_at(tmp_path: Path) -> None:
    rows = [{"text": text, "label": "ab"[i % 2]} for i, text in enumerate(["fine as it is", "short", "also { fine"])]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    data = kit.DataSpec(source=str(path))
    spec = kit.GateSpec(data=data, test=data, checks=("rules",), rules=("c4", "words>=3"))
    (found,) = gate(spec, ListReport(tmp_path)).facts["findings"]
    assert found["level"] == "warn"
    assert sorted({(flag["part"], flag["number"]) for flag in found["examples"]}) == [
        ("data", 2),
        ("data", 3),
        ("test", 2),
        ("test", 3),
    ]
    assert found["numbers"]["rules"] == {"curly_brackets<=0": 1, "words>=3": 1}
    assert found["summary"].startswith("2 rows of 3 break a rule")


def test_without_rules_there_is_nothing_to_break(tmp_path: Path) -> None:
    assert _rules().finish(lambda done, total: None).level == "ok"


def test_a_written_answer_is_looked_at_and_a_chosen_one_is_not(tmp_path: Path) -> None:
    rows = [{"text": f"What is {n}?", "label": f"see https://{n}.example.org"} for n in range(3)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for task, flagged in (("answer", 3), ("classify", 0)):
        data = kit.DataSpec(source=str(path), task=task)
        spec = kit.GateSpec(data=data, checks=("rules",), rules=("not_match=https?://",))
        (found,) = gate(spec, ListReport(tmp_path)).facts["findings"]
        assert found["rows"] == flagged


def test_a_language_that_nobody_can_tell_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'xy'"):
        _rules("language=xy")
