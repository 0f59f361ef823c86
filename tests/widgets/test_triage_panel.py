"""The queue of alerts: listed in order, opened with its reasons, decided for good."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from triagequeue import alert, leave_queue

import kit
from kit.errors import ParameterError
from kit.widgets import TriagePanel


@pytest.fixture
def folder() -> Path:
    return leave_queue()


@pytest.fixture
def panel(folder: Path) -> TriagePanel:
    found = TriagePanel()
    found.desk.width = 1200
    return found


def listed(panel: TriagePanel) -> list[int]:
    """Return the numbers of the alerts that are listed, in order."""
    return [int(each["id"][2:]) for each in panel.desk.found()[: panel.desk.limit]]


def test_without_a_queue_it_says_when_there_will_be_one(read: type[Any]) -> None:
    page = read(TriagePanel().html())
    assert "No alerts yet: they come once the owner has run this notebook" in page.text
    assert page.all("table") == []


def test_it_takes_up_a_queue_that_comes_later(read: type[Any]) -> None:
    panel = TriagePanel()
    panel.html()
    leave_queue()
    panel.refresh()
    assert "0 decided, 0 overridden" in read(panel.html()).text


def test_a_row_tells_what_a_queue_must(panel: TriagePanel, read: type[Any]) -> None:
    page = read(panel.html())
    assert "proposed by smol, tuned · 84% right (80%–88%)" in page.text
    first = page.rows()[0]
    assert first[0] == "1,001 EUR to a new account elsewhere, 1 times the usualT-000001 · 2025-11-01 10:00"
    assert first[1:3] == ["request", "0.90"]
    assert "From a score of 0.50 on, looking costs less than letting go: 9 of 15 alerts." in page.text
    assert "10 of 15 shown" in page.text


def test_alerts_are_ordered_narrowed_and_found(panel: TriagePanel) -> None:
    assert listed(panel) == list(range(1, 11))
    panel.act("more")
    assert listed(panel) == list(range(1, 16))
    panel.act("sort", "when")
    assert listed(panel)[0] == 15
    panel.act("sort", "when")
    assert listed(panel)[0] == 1
    panel.act("filter", sort="amount")
    assert listed(panel)[0] == 15
    panel.act("filter", label="escalate", show="open", text="", sort="score")
    assert listed(panel) == [3, 6, 9, 12, 15]
    panel.act("filter", label="", text="1,007 DEVICE")
    assert listed(panel) == [7]
    panel.act("filter", text="nothing like it")
    assert "No alert answers to this." in panel.html()
    panel.act("everything")
    assert len(panel.desk.found()) == 15


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [("sort", {"value": "name"}, "name"), ("filter", {"show": "old"}, "old"), ("filter", {"label": "x"}, "x")],
)
def test_what_is_not_known_is_told(panel: TriagePanel, action: str, values: dict[str, str], said: str) -> None:
    panel.act(action, values.pop("value", ""), **values)
    assert panel.desk.problem is not None
    assert said in panel.desk.problem.message


def test_an_open_alert_shows_the_proposal_the_reasons_and_the_neighbourhood(
    panel: TriagePanel, read: type[Any]
) -> None:
    panel.act("use", "key3")
    page = read(panel.html())
    assert "Proposed: Escalate with probability 0.80" in page.text
    assert "4 accounts use the device" in page.text
    assert "monitoring gave it 5 points" in page.text
    assert "Because of 3.By template, from the facts." in page.text
    assert "45 of 50 (79%–96%)" in page.text
    (drawn,) = page.all("svg")
    assert drawn["role"] == "img"
    said = page.all("desc")[0]["text"]
    for sentence in (
        "A-0001 pays X-0002 1,200 EUR.",
        "It was ordered from D-0008.",
        "A-0001 got money within a week from A-0003 (300 EUR).",
        "X-0002 got money within a week also from A-0004 (300 EUR), 3 more.",
        "X-0002 paid within a week X-0005 (300 EUR).",
        "D-0008 was also used within 30 days by A-0006.",
        "Money of this size came round before: X-0002 → A-0007 → A-0001.",
    ):
        assert sentence in said
        assert sentence in page.text  # in words, for everybody


def test_every_node_and_edge_is_drawn_within_the_picture(panel: TriagePanel, read: type[Any]) -> None:
    for width in (1400, 700, 390):
        panel.desk.width = width
        panel.act("use", "key3")
        page = read(panel.html())
        _x, _y, wide, high = (float(part) for part in page.all("svg")[0]["viewbox"].split())
        labels = {each["text"]: each for each in page.all("text")}
        assert {"A-0001", "X-0002", "A-0003", "A-0004", "X-0005", "A-0006", "A-0007", "D-0008", "+3"} <= set(labels)
        for each in labels.values():
            assert 0 <= float(each["x"]) <= wide
            assert 0 <= float(each["y"]) <= high
        assert len([each for each in page.all("path") if "tb-net" in (each.get("class") or "")]) >= 8


def test_accepting_and_overriding_are_kept_and_counted(panel: TriagePanel, folder: Path, read: type[Any]) -> None:
    panel.act("use", "key3")
    panel.act("accept")
    page = read(panel.html())
    assert "✓ Accepted: Escalate." in page.text
    assert "1 decided, 0 overridden" in page.text
    assert page.all("button", data_action="accept") == []
    panel.act("following")
    assert panel.desk.chosen == "key4"  # the next by score
    panel.act("override", "escalate")
    assert "Overridden: Escalate." in read(panel.html()).text
    assert "2 decided, 1 overridden" in read(panel.html()).text
    lines = [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]
    assert [(line["decision"], line["proposed"]) for line in lines] == [
        ("escalate", "escalate"),
        ("escalate", "request"),
    ]
    assert panel.rows()[1]["label"] == "escalate"
    assert listed(panel) == [1, 2, *range(5, 13)]
    panel.act("filter", show="decided")
    assert listed(panel) == [3, 4]


def test_a_decision_can_be_taken_back(panel: TriagePanel, folder: Path, read: type[Any]) -> None:
    panel.act("use", "key3")
    panel.act("override", "release")
    panel.act("retract")
    page = read(panel.html())
    assert "0 decided, 0 overridden" in page.text
    assert page.button("accept")
    assert len((folder / "decisions.jsonl").read_text().splitlines()) == 2


def test_a_visitor_of_a_read_only_app_decides(
    panel: TriagePanel, monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    panel.act("use", "key3")
    assert "aria-disabled" not in panel.html().split('data-key="deciding"')[1].split("</div>")[0]
    panel.act("accept")
    assert panel.desk.problem is None
    assert "1 decided, 0 overridden" in read(panel.html()).text
    assert kit.runs() == []


def test_what_somebody_else_decides_is_seen(panel: TriagePanel, read: type[Any]) -> None:
    other = TriagePanel()
    panel.html()
    other.act("use", "key1")
    other.act("accept")
    panel.refresh()
    assert "1 decided, 0 overridden" in read(panel.html()).text
    panel.act("use", "key1")
    assert "Decided on another page." in read(panel.html()).text


def test_decisions_are_taken_away_as_a_dataset(panel: TriagePanel, tmp_path: Path) -> None:
    panel.act("take_away")
    assert "Nothing is decided yet" in panel.desk.problem.message  # type: ignore[union-attr]
    for key in ("key1", "key3"):
        panel.act("use", key)
        panel.act("accept")
    panel.act("take_away")
    (file,) = panel.desk.files
    assert file.name == "decisions.jsonl"
    path = tmp_path / file.name
    path.write_bytes(file.content)
    data = kit.load_data(path)
    assert (len(data), data.texts[0]) == (2, alert(1, "request", 0)["text"])


def test_a_sentence_of_the_model_is_shown_only_where_it_may_stand(read: type[Any]) -> None:
    stands = {"text": "Escalate: 4 accounts use the device.", "refused": ""}
    refused = {"text": "Escalate: 9 accounts.", "refused": "9 is in no fact"}
    leave_queue([alert(1, "escalate", 0.9, written=stands), alert(2, "escalate", 0.8, written=refused)])
    panel = TriagePanel()
    page = read(panel.html())
    assert "Escalate: 4 accounts use the device.Written by the tuned model" in page.text
    assert "Because of 1.By template" in page.text  # what contradicts a proposal is said whatever the model writes
    panel.act("use", "key2")
    page = read(panel.html())
    assert "9 accounts" not in page.text
    assert "The model's own sentence was refused: 9 is in no fact." in page.text


def test_what_stands_in_rows_is_escaped(read: type[Any]) -> None:
    nasty = '<script>alert(1)</script> & "quotes"'
    leave_queue([alert(1, "escalate", 0.9, said=None, text=nasty, around=None)], transfers=False)
    html = TriagePanel().html()
    assert "<script>" not in html
    assert nasty in read(html).text
    made = alert(1, "escalate", 0.9)
    made["around"]["nodes"][0]["id"] = made["around"]["edges"][0]["from"] = "<b>A</b>"
    made["around"]["edges"] = made["around"]["edges"][:1]
    leave_queue([made])
    assert "<b>A</b>" not in TriagePanel().html()


def test_its_code_decides_the_same(panel: TriagePanel) -> None:
    panel.act("use", "key3")
    code = panel.desk.code()
    assert "panel.act('use', 'key3')  # T-000003" in code
    compile(code, "code", "exec")


def test_a_broken_queue_is_no_queue(folder: Path) -> None:
    (folder / "queue.json").write_text('{"alerts": [')
    assert "No alerts yet" in TriagePanel().html()


def test_it_belongs_to_a_case() -> None:
    leave_queue()
    with pytest.raises(ParameterError, match="a case"):
        TriagePanel(case="payments")  # type: ignore[arg-type]
    elsewhere = TriagePanel(SimpleNamespace(folder=Path("/nowhere")))
    assert "No alerts yet" in elsewhere.html()


def test_everything_that_can_be_pressed_has_a_name(panel: TriagePanel, read: type[Any]) -> None:
    page = read(panel.html())
    assert all(each["text"].strip() or each.get("aria-label") for each in page.all("button"))
    assert [each["tabindex"] for each in page.all("tr", role="row") if "tabindex" in each][:2] == ["0", "-1"]
