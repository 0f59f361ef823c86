"""Asking the process that reads data: nobody waits, the newest question counts, a death is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.widgets import DataPanel
from kit.widgets.gating.asking import Clerk
from kit.widgets.gating.beginning import beginning, without


@pytest.fixture
def clerk() -> Iterator[Clerk]:
    """A clerk, sent home after the test."""
    made = Clerk()
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Three rows."""
    path = tmp_path / "rows.jsonl"
    texts = ("up it goes", "down it goes", "up again")
    path.write_text("".join(json.dumps({"text": t, "label": t.split()[0]}) + "\n" for t in texts), encoding="utf-8")
    return str(path)


def test_an_answer_comes_later_and_stays(clerk: Clerk, file: str) -> None:
    asked = {"source": file, "task": ""}
    assert clerk.ask("look", asked) is None
    assert clerk.busy
    clerk.wait()
    answer = clerk.ask("look", asked)
    assert answer is not None
    assert answer.value["rows"] == 3
    assert not clerk.busy
    assert clerk.heard == 1
    clerk.forget()
    assert clerk.ask("look", asked) is None


def test_a_panel_reads_nothing_itself(file: str) -> None:
    panel = DataPanel(file)
    assert "looking at it" in panel.html()
    panel.desk.clerk.wait()
    assert "3 rows, 2 columns" in panel.html()
    panel.close()
    assert panel.desk.clerk._process is None


def test_of_questions_that_wait_the_newest_counts(clerk: Clerk, file: str) -> None:
    of = {"data": {"spec": "kit.data.spec:DataSpec", "source": file}}
    pages = [{"of": of, "search": word} for word in ("d", "do", "down")]
    for page in pages:
        clerk.ask("page", page)
    clerk.wait()
    found = [clerk._answers.get(json.dumps(["page", page], sort_keys=True)) for page in pages]
    assert [each is not None for each in found] == [True, False, True]
    assert found[2] is not None
    assert found[2].value["total"] == 1


def test_what_went_wrong_is_an_answer_too(clerk: Clerk, tmp_path: Path) -> None:
    clerk.ask("look", {"source": str(tmp_path / "nowhere.csv")})
    clerk.wait()
    answer = clerk.ask("look", {"source": str(tmp_path / "nowhere.csv")})
    assert answer is not None
    assert answer.problem is not None
    assert "nowhere.csv" in answer.problem.message


def test_a_process_that_dies_is_told_and_another_one_begins(clerk: Clerk, file: str) -> None:
    clerk.ask("look", {"source": file})
    assert clerk._process is not None
    clerk._process.kill()
    clerk.wait()
    answer = clerk.ask("look", {"source": file})
    assert answer is not None
    assert answer.problem is not None
    assert "ended with code -9" in answer.problem.message
    clerk.forget()
    clerk.ask("look", {"source": file})
    clerk.wait()
    again = clerk.ask("look", {"source": file})
    assert again is not None
    assert again.value["rows"] == 3


def test_what_rows_begin_with_is_taken_off_and_nothing_else() -> None:
    rows = [[["template", "<|a|>"], ["question", f"Do it now.\n\nrow {i}"], ["answer", "yes"]] for i in range(3)]
    shared = beginning(rows)
    assert shared == [["template", "<|a|>"], ["question", "Do it now.\n\n"]]
    assert without(rows[1], shared) == [["question", "row 1"], ["answer", "yes"]]
    other = [["question", "Another beginning"], ["answer", "yes"]]
    assert without(other, shared) == other
    assert beginning(rows[:1]) == []
    assert beginning([[["question", "a\nb"]], [["question", "a\nc"]]]) == []  # too short to be worth telling
    assert beginning([[["answer", "the same text"]]] * 2) == []
