"""The event log: what was written is read once, in order, whoever died in between."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kit.jobs.events import EventReader, EventWriter


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run" / "events.jsonl"


def test_a_reader_gets_each_event_once(log: Path) -> None:
    writer, reader = EventWriter(log), EventReader(log)
    writer.write({"kind": "a", "n": 1})
    assert reader.read() == [{"kind": "a", "n": 1}]
    assert reader.read() == []
    writer.write({"kind": "a", "n": 2})
    writer.write({"kind": "b", "text": "zwei\nZeilen – ü"})
    assert reader.read() == [{"kind": "a", "n": 2}, {"kind": "b", "text": "zwei\nZeilen – ü"}]
    writer.close()
    assert len(EventReader(log).read()) == 3


def test_a_log_need_not_exist_yet(log: Path) -> None:
    reader = EventReader(log)
    assert reader.read() == []
    EventWriter(log).write({"kind": "a"})
    assert reader.read() == [{"kind": "a"}]


def test_a_line_being_written_is_left_for_later(log: Path) -> None:
    EventWriter(log).write({"kind": "a"})
    reader = EventReader(log)
    line = json.dumps({"kind": "b", "text": "ü"}, ensure_ascii=False).encode()
    for cut in range(1, len(line)):  # also between the two bytes of the ü
        with open(log, "ab") as file:
            file.write(line[:cut])
        assert reader.read() == ([{"kind": "a"}] if cut == 1 else [])
        with open(log, "ab") as file:
            file.write(line[cut:] + b"\n")
        assert reader.read() == [{"kind": "b", "text": "ü"}]


def test_a_writer_goes_on_after_a_torn_line(log: Path) -> None:
    EventWriter(log).write({"kind": "a"})
    with open(log, "ab") as file:
        file.write(b'{"kind": "to')
    EventWriter(log).write({"kind": "b"})
    assert [event["kind"] for event in EventReader(log).read()] == ["a", "b"]


@pytest.mark.parametrize("damaged", [b"\x00\x00\x00", b"[1, 2]", b'"kind"', b"{}", b"\xff\xfe", b"", b"nonsense"])
def test_damaged_lines_are_left_out(log: Path, damaged: bytes) -> None:
    writer = EventWriter(log)
    writer.write({"kind": "a"})
    with open(log, "ab") as file:
        file.write(damaged + b"\n")
    writer.write({"kind": "b"})
    assert [event["kind"] for event in EventReader(log).read()] == ["a", "b"]


def test_text_that_is_not_unicode_is_kept(log: Path) -> None:
    text = b"caf\xe9".decode("utf-8", "surrogateescape")
    EventWriter(log).write({"kind": "message", "text": text})
    assert EventReader(log).read() == [{"kind": "message", "text": text}]


def test_several_writers_do_not_mix_their_lines(log: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from kit.jobs.events import EventWriter\n"
        "writer = EventWriter(Path(sys.argv[1]))\n"
        "for i in range(500): writer.write({'kind': 'n', 'who': sys.argv[2], 'i': i, 'pad': 'x' * (i * 7 % 5000)})\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(log), who]) for who in "abc"]
    reader, events = EventReader(log), []
    while any(child.poll() is None for child in children):
        events += reader.read()
    events += reader.read()
    assert [child.returncode for child in children] == [0, 0, 0]
    for who in "abc":
        assert [event["i"] for event in events if event["who"] == who] == list(range(500))
    assert log.read_bytes().count(b"\n") == 1500
