"""Decisions are kept for good: appended, taken back by a further line, read whatever a crash did."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

import kit
from kit.errors import KitError
from kit.verticals.finance.decision import Decisions


@pytest.fixture
def kept(tmp_path: Path) -> Decisions:
    return Decisions(tmp_path / "deep" / "decisions.jsonl")


def test_the_last_decision_on_an_alert_counts(kept: Decisions) -> None:
    assert kept.standing() == {}
    kept.decide("a", "escalate", "escalate", text="one", by="me")
    kept.decide("b", "release", "escalate", text="two", by="me")
    kept.decide("a", "request", "escalate", text="one", by="you")
    assert kept.words() == "2 decided, 2 overridden"
    kept.retract("b", by="you")
    assert list(kept.standing()) == ["a"]
    assert (kept.standing()["a"].decision, kept.standing()["a"].by) == ("request", "you")
    assert len(kept.path.read_text().splitlines()) == 4  # nothing is ever taken out


def test_another_reader_sees_them(kept: Decisions) -> None:
    other = Decisions(kept.path)
    assert other.standing() == {}
    kept.decide("a", "escalate", "escalate", text="one", by="me")
    assert list(other.standing()) == ["a"]
    kept.decide("b", "escalate", "escalate", text="two", by="me")
    assert list(other.standing()) == ["a", "b"]


def test_a_line_that_a_crash_cut_short_spoils_no_other(kept: Decisions) -> None:
    kept.decide("a", "escalate", "escalate", text="one", by="me")
    with kept.path.open("a") as file:
        file.write('{"what": "decide", "alert": "b", "deci')
    kept.decide("c", "release", "release", text="three", by="me")
    assert list(Decisions(kept.path).standing()) == ["a", "c"]


def test_many_may_write_at_once(kept: Decisions) -> None:
    def work(n: int) -> None:
        own = Decisions(kept.path)
        for place in range(20):
            own.decide(f"{n}-{place}", "escalate", "release", text="x" * 3000, by=str(n))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.standing()) == 160
    assert all(json.loads(line) for line in kept.path.read_text().splitlines())


def test_they_are_a_dataset_for_the_next_tuning(kept: Decisions, tmp_path: Path) -> None:
    for place in range(6):
        label = ("escalate", "release")[place % 2]
        kept.decide(f"a{place}", label, "escalate", text=f"alert {place}", by="me")
    path = tmp_path / "decided.jsonl"
    path.write_text(kept.dataset(), encoding="utf-8")
    data = kit.load_data(path)
    assert (len(data), set(data.labels)) == (6, {"escalate", "release"})
    assert data.texts[0] == "alert 0"


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KitError, match="could not be kept"):
        Decisions(tmp_path / "file" / "decisions.jsonl").decide("a", "x", "x", text="", by="me")
