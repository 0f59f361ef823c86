"""The pieces of a page: escaped, labelled, the same for the same values."""

from __future__ import annotations

from typing import Any

import htpy as h
import pytest

from kit.errors import ParameterError
from kit.widgets import parts
from kit.widgets.desk import Problem
from kit.widgets.highlight import highlight

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def test_what_is_not_markup_of_ours_is_escaped(read: type[Any]) -> None:
    card = parts.card(
        HOSTILE,
        chips=[parts.chip(HOSTILE)],
        action=parts.button(HOSTILE, "go", value=HOSTILE, why=HOSTILE),
        code=HOSTILE,
        problem=Problem(HOSTILE, HOSTILE, HOSTILE),
        spoken=HOSTILE,
        body=[parts.tiles([(HOSTILE, HOSTILE, HOSTILE)]), parts.why(HOSTILE), parts.bar(0.5, "", HOSTILE)],
    )
    page = read(str(card))
    assert not page.all("img")
    assert page.text.count(HOSTILE) >= 9
    assert page.button("go")["value"] == HOSTILE


def test_a_button_that_cannot_be_pressed_says_why(read: type[Any]) -> None:
    button = read(str(parts.button("Start", "start", main=True, why="No model."))).button("start")
    assert button["aria-disabled"] == "true"
    assert button["title"] == "No model."
    assert "data-main" not in button


def test_progress_tells_its_value_and_moves_where_it_is_unknown(read: type[Any]) -> None:
    known = read(str(parts.progress(0.624, on=True, label="P"))).all("div", role="progressbar")[0]
    assert known["aria-valuenow"] == "62.4"
    unknown = read(str(parts.progress(None, on=True, label="P"))).all("div", role="progressbar")[0]
    assert "aria-valuenow" not in unknown
    assert "data-open" in unknown
    assert parts.progress(0.5, on=False, label="P") is None


@pytest.mark.parametrize(("share", "width"), [(-1, "0%"), (0.5, "50%"), (7, "100%")])
def test_a_bar_never_leaves_its_frame(share: float, width: str) -> None:
    assert f"width: {width}" in str(parts.bar(share))


def test_an_error_shows_its_message_and_the_next_step(read: type[Any]) -> None:
    problem = Problem.of(ParameterError("rank", -3, allowed="at least 1"))
    page = read(str(parts.alert(problem)))
    assert page.all("div", role="alert")
    assert "rank=-3 is not allowed: it must be at least 1." in page.text
    assert "Change rank and try again." in page.text


def test_an_error_nobody_foresaw_keeps_its_traceback() -> None:
    try:
        {}["x"]  # type: ignore[index]
    except KeyError as exc:
        problem = Problem.of(exc)
    assert problem.message == "KeyError: 'x'"
    assert "Traceback" in problem.detail


def test_highlighting_changes_no_character(read: type[Any]) -> None:
    code = "import kit\n\nrun = kit.start(kit.TuneSpec(model='a<b>\\'c', rank=8, x=1e-05, y=None))  # note"
    page = read(str(h.pre[highlight(code)]))
    assert page.elements[0]["text"] == code
    marked = {(e["class"], e["text"]) for e in page.all("span")}
    assert {("k", "import"), ("k", "None"), ("n", "8"), ("n", "1e-05"), ("s", "'a<b>\\'c'")} <= marked


def test_the_code_button_has_a_name_for_each_state(read: type[Any]) -> None:
    button = read(str(parts.card("T", code="x = 1", body=None))).all("button", data_toggle="code")[0]
    assert button["aria-expanded"] == "false"
    assert button["text"] == "Show codeHide code"
