"""What a comparison can be taken away as, and the question's settings."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
import tinyruns

from kit.measure.spec import AnswerSpec
from kit.widgets import ComparePanel


@pytest.fixture
def panel() -> ComparePanel:
    """A panel over a sweep of three methods."""
    return ComparePanel(tinyruns.sweep(), name="c")


@pytest.mark.parametrize(
    ("kind", "begins", "name"),
    [
        ("png", b"\x89PNG", "m-comparison.png"),
        ("svg", b"<?xml", "m-comparison.svg"),
        ("csv", b"variant,", "m-comparison.csv"),
        ("html", b"<!doctype html>", "m-card.html"),
    ],
)
def test_a_file_is_made_and_handed_over_once(
    panel: ComparePanel, hear: Callable[..., None], kind: str, begins: bytes, name: str
) -> None:
    sent: list[Any] = []
    panel.widget.send = lambda content, buffers=None: sent.append((content, buffers))
    hear(panel, action="export", value=kind, number=1, view="v")
    (told, buffers) = sent[-1]
    assert (told["download"], told["view"]) == (name, "v")
    assert buffers[0].lower().startswith(begins.lower())
    hear(panel, action="set", number=2, view="v")
    assert sent[-1] == ({"done": 2}, None)
    panel.close()


def test_the_table_has_rows_on_other_data_too(panel: ComparePanel) -> None:
    other = tinyruns.evaluation(rows="other")
    panel.desk.act("tick", "", {f"run:{other.id}": True})
    panel.desk.act("export", "csv")
    rows = list(csv.DictReader(panel.desk.files[0].content.decode().splitlines()))
    assert [row["data_hash"] for row in rows] == ["h", "h", "h", "other"]


def test_the_card_tells_the_limits_and_is_kept_only_when_asked(panel: ComparePanel, read: type[Any]) -> None:
    run = panel.desk.sources.given[0]
    panel.act("limit", {"name": "acc", "typed": 80})
    panel.act("export", "html")
    assert "2 of 3 variants meet your limits" in panel.desk.files[0].content.decode()
    assert not list(run.folder.rglob("*.html"))
    panel.act("save")
    assert (run.folder / "artifacts" / "card.html").exists()
    assert "card.html" in read(panel.html()).text


def test_nothing_to_take_away_is_said(read: type[Any]) -> None:
    panel = ComparePanel()
    assert not read(panel.html()).all("button", data_action="export")
    panel.act("export", "png")
    assert panel.desk.problem is not None
    assert "nothing to take away" in panel.desk.problem.message


def test_an_unknown_kind_of_file_is_refused(panel: ComparePanel) -> None:
    panel.act("export", "exe")
    assert panel.desk.problem is not None
    assert panel.desk.files == []


def test_more_than_two_are_asked_with_length_and_temperature(panel: ComparePanel) -> None:
    panel.act("set", prompt="Why?", left="fp32", right="bf16", max_new_tokens="12", temperature="0.7")
    panel.act("set", **{"also:bnb-nf4": True})
    spec = panel.desk.spec()
    assert isinstance(spec, AnswerSpec)
    assert [variant.method for variant in spec.variants] == ["fp32", "bf16", "bnb-nf4"]
    assert (spec.max_new_tokens, spec.temperature) == (12, 0.7)
    again = ComparePanel(panel.desk.sources.given[0], name="c")
    assert again.desk.spec() == spec
    panel.act("set", **{"also:bnb-nf4": False})
    assert len(panel.desk.spec().variants) == 2


def test_a_wrong_setting_is_told_at_its_field(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("set", prompt="Why?", temperature="hot")
    assert read(panel.html()).all("input", name="temperature")[0]["aria-invalid"] == "true"
    panel.act("ask", prompt="Why?")
    assert panel.desk.problem is not None


def test_what_is_written_can_be_stopped_and_stays(
    panel: ComparePanel, left: Callable[..., Any], append: Callable[..., None], read: type[Any]
) -> None:
    panel.act("set", prompt="Why?")
    run = left(panel.desk.spec(), "c", [{"kind": "state", "state": "running"}])
    append(run, [{"kind": "token", "part": "0", "text": "Because it"}])
    again = ComparePanel(panel.desk.sources.given[0], name="c")
    again.act("stop")
    assert (run.folder / "stop").exists()
    append(run, [{"kind": "state", "state": "stopping"}])
    again.refresh()
    assert read(again.html()).button("stop")["title"] == "It stops at the next step."
    append(run, [{"kind": "state", "state": "stopped"}])
    again.refresh()
    page = read(again.html())
    assert "fp32 · cut shortBecause it" in page.text
    assert page.button("resume")
    assert not page.all("button", data_action="stop")


def test_answers_of_variants_from_several_runs_keep_their_names(left: Callable[..., Any], read: type[Any]) -> None:
    one, other = tinyruns.evaluation("bf16"), tinyruns.evaluation("fp16")
    panel = ComparePanel([one, other], name="two")
    panel.act("set", prompt="Why?")
    data = {"part": "0", "variant": "bf16", "text": "Because.", "ttft_s": 0.1, "tokens_per_s": 9.0}
    left(panel.desk.spec(), "two", [{"kind": "record", "name": "answer", "data": data}])
    again = ComparePanel([one, other], name="two")
    letters = one.id.rpartition("-")[2]
    assert f"bf16 · {letters} · first token 100 ms · 9.0 tokens/sBecause." in read(again.html()).text
    assert again.desk.pair[0] == f"bf16 · {letters}"
