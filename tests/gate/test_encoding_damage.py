"""The check of encoding damage: what it says of which row, and what its repair brings back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.gate.encoding import mend, mended
from kit.gate.gate import gate
from kit.report import ListReport


def _found(folder: Path, texts: list[str]) -> dict[str, Any]:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    spec = kit.GateSpec(data=kit.DataSpec(source=str(path), task="continue"), checks=("encoding",))
    found: dict[str, Any] = gate(spec, ListReport(folder)).facts["findings"][0]
    return found


def test_every_kind_of_damage_is_told_with_its_place(tmp_path: Path) -> None:
    texts = ["sound café", "broken cafÃ©", "lost caf\ufffd", "a \x07 bell", "plain", "Fish &amp; chips"]
    found = _found(tmp_path, texts)
    assert found["level"] == "stop"
    assert {flag["number"]: flag["message"] for flag in found["examples"]} == {
        2: "utf-8 read as cp1252, from character 11",
        3: "characters are lost at 9",
        4: "a control sign at 3",
    }
    numbers = found["numbers"]
    assert numbers["kinds"] == {"misread": 1, "lost": 1, "control": 1}
    assert (numbers["entities"], numbers["rows_with_entities"]) == (1, [6])
    assert "3 of 6 rows" in found["summary"]


def test_a_few_of_many_rows_are_a_warning(tmp_path: Path) -> None:
    assert _found(tmp_path, ["sound"] * 200 + ["cafÃ©"])["level"] == "warn"


def test_marks_of_html_alone_are_a_note(tmp_path: Path) -> None:
    found = _found(tmp_path, ["Fish &amp; chips", "R&D; AT&T"])
    assert (found["level"], found["rows"], found["numbers"]["entities"]) == ("note", 0, 1)


@pytest.mark.parametrize(
    "text",
    ["tab\tline\nend\r\npage\x0c", "naïve façade", "你好", "R&D", "🙂 👩‍👩‍👧", "a\u200bb", "\u0645\u06cc\u200c\u062e"],
)
def test_sound_rows_are_left_alone(tmp_path: Path, text: str) -> None:
    assert _found(tmp_path, [text])["level"] == "ok"
    assert mended(text) == text


@pytest.mark.parametrize(
    ("damaged", "was"),
    [
        ("cafÃ©", "café"),
        ("\ud83d\ude42", "🙂"),
        ("caf\udcc3\udca9", "café"),
        ("n\x00u\x00l\x00", "nul"),
        ("\ufeffstart", "start"),
        ("it\x92s", "it’s"),
        ("â€œquotedâ€\ufffd", "“quoted”"),
        ("lost \ufffd stays", "lost \ufffd stays"),
    ],
)
def test_the_repair_brings_back_what_was(damaged: str, was: str) -> None:
    assert mend(kit.GateSpec(data=kit.DataSpec(source="x.jsonl")))(damaged) == was


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    once = mended(text)
    assert mended(once) == once
    once.encode("utf-8")  # and no half of a character is left
