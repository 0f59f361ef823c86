"""What running work is doing, in words."""

from __future__ import annotations

import pytest

from kit.jobs import Status
from kit.report import Event
from kit.widgets.parts import sentences
from kit.widgets.phase import attempt_words, doing, held_words, ordinal, place_words, rate_words, state_chip


def told(*events: Event) -> Status:
    """Return a status that was told these events, a second apart."""
    status = Status()
    for at, event in enumerate(events):
        status.add({"t": 1000.0 + at, **event})
    return status


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
    ],
)
def test_a_place_in_a_row(n: int, words: str) -> None:
    assert ordinal(n) == words


def test_a_place_in_the_queue_and_an_attempt() -> None:
    assert [place_words(place) for place in (None, 0, 1)] == ["", "next in the queue", "2nd in the queue"]
    assert [attempt_words(attempt) for attempt in (0, 1, 2)] == ["", "", "2nd attempt"]


def test_phases_are_put_into_words_and_others_shown_as_they_are() -> None:
    assert doing("waiting for room on the disk") == "waiting for room on the disk"
    assert doing("weighing") == "measuring memory"
    assert doing("downloading hub/m") == "downloading hub/m"


@pytest.mark.parametrize(
    ("status", "place", "words"),
    [
        (None, None, "ready"),
        (told({"kind": "state", "state": "queued"}), 1, "queued · 2nd in the queue"),
        (told({"kind": "state", "state": "queued"}), None, "queued"),
        (told({"kind": "state", "state": "starting"}), None, "starting · a few seconds"),
        (
            told({"kind": "state", "state": "stopped"}, {"kind": "state", "state": "starting"}),
            None,
            "going on · a few seconds",
        ),
        (told({"kind": "state", "state": "failed"}), None, "failed"),
    ],
)
def test_the_chip_of_a_state(status: Status | None, place: int | None, words: str) -> None:
    assert state_chip(status, "ready", place)[0] == words


def test_what_is_done_a_second_and_what_is_held() -> None:
    status = told(
        {"kind": "state", "state": "running"},
        *({"kind": "progress", "phase": "scoring", "done": 20 * n, "total": 300, "unit": "rows"} for n in range(9)),
        {"kind": "memory", "pid": 1, "now_mib": 1000.0, "peak_mib": 1200.0},
    )
    assert rate_words(status) == "20 rows/s"
    assert held_words(status) == "1.0 GB now, peak 1.3 GB"
    status.add(
        {
            "t": 1020.0,
            "kind": "memory",
            "pid": 1,
            "now_mib": 1000.0,
            "peak_mib": 1200.0,
            "gpu_now_mib": 9000.0,
            "gpu_peak_mib": 10000.0,
        }
    )
    assert held_words(status) == "GPU 9.4 GB now, peak 10 GB · 1.0 GB now, peak 1.3 GB"
    status.add({"t": 1021.0, "kind": "state", "state": "stopped"})
    assert rate_words(status) == ""
    assert held_words(status) == "GPU peak 10 GB · peak 1.3 GB"
    assert held_words(told()) == ""


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("", "", ""),
        ("No memory", "No memory", ""),
        (
            "It holds up to 3.20 GB (e.g. weights). Last lines: “a. B”",
            "It holds up to 3.20 GB (e.g. weights).",
            "Last lines: “a. B”",
        ),
        (" Killed.  Again. ", "Killed.", "Again."),
    ],
)
def test_the_first_sentence_of_a_cause(text: str, first: str, rest: str) -> None:
    assert sentences(text) == (first, rest)
