"""The page side of a panel in a real browser: what a person is doing survives every update."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from shownpanel import MODEL, START

from kit.widgets import copying, parts
from kit.widgets.view import View

pytestmark = pytest.mark.slow


@pytest.fixture
def show(browser: Any) -> Iterator[Any]:
    """Show HTML through the real script, with a model that notes what is sent."""
    page: Page = browser.new_page()

    def shown(html: str) -> Page:
        page.set_content(f"<style>{View._css}</style><div id=at></div>")
        page.add_script_tag(content=MODEL % json.dumps(html))
        page.evaluate(START, View._esm)
        return page

    yield shown
    page.close()


def actions(page: Page) -> list[dict[str, Any]]:
    """Return what was sent, what the page tells of itself left out."""
    return [m for m in page.evaluate("window.sent") if not m["action"].startswith("@")]


FORM = """<p>%s</p><label>A<input type=text name=a value=1></label><textarea name=t data-enter=go></textarea>
<details><summary>why</summary>because</details><button data-action=go value=v>Go</button>"""


def test_typed_text_focus_selection_and_opened_details_survive_an_update(show: Any) -> None:
    page = show(FORM % "old")
    page.locator("summary").click()
    page.locator("textarea").fill("half a question")
    page.evaluate("document.querySelector('textarea').setSelectionRange(2, 5)")
    page.evaluate("(html) => window.update(html)", FORM % "new")
    assert page.locator("p").inner_text() == "new"
    assert page.locator("textarea").input_value() == "half a question"
    assert page.evaluate("document.activeElement.name") == "t"
    assert page.evaluate("[document.activeElement.selectionStart, document.activeElement.selectionEnd]") == [2, 5]
    assert page.locator("details").get_attribute("open") is not None


def test_a_value_that_python_changes_is_shown_unless_somebody_types_there(show: Any) -> None:
    page = show(FORM % "")
    page.evaluate("(html) => window.update(html)", (FORM % "").replace("value=1", "value=2"))
    assert page.locator("input").input_value() == "2"
    page.locator("input").fill("9")
    page.evaluate("(html) => window.update(html)", (FORM % "").replace("value=1", "value=3"))
    assert page.locator("input").input_value() == "9"


def test_keyed_rows_keep_their_elements_when_one_goes_or_comes(show: Any) -> None:
    rows = "".join(f"<li data-key={k}>{k}</li>" for k in "abc")
    page = show(f"<ul>{rows}</ul>")
    page.evaluate("window.b = document.querySelector('[data-key=b]')")
    page.evaluate("window.update('<ul><li data-key=b>B</li><li data-key=d>d</li><li data-key=c>c</li></ul>')")
    assert page.locator("li").all_inner_texts() == ["B", "d", "c"]
    assert page.evaluate("window.b === document.querySelector('[data-key=b]')")


def test_a_click_tells_the_action_its_value_and_every_field(show: Any) -> None:
    page = show(FORM % "")
    page.locator("input").fill("7")
    page.locator("button").click()
    (said,) = actions(page)
    assert (said["action"], said["value"], said["values"]) == ("go", "v", {"a": "7", "t": ""})


def test_what_is_typed_is_told_once_the_typing_pauses(show: Any) -> None:
    page = show('<input type="text" name="text" data-change="filter" data-typed="filter"><button>x</button>')
    page.locator("input").press_sequentially("smol", delay=30)
    assert actions(page) == []
    page.wait_for_timeout(400)
    (said,) = actions(page)
    assert (said["action"], said["values"]) == ("filter", {"text": "smol"})
    page.locator("input").press_sequentially("l")
    page.locator("input").press("Enter")  # at once, and once only
    assert [m["values"]["text"] for m in actions(page)] == ["smol", "smoll"]
    page.wait_for_timeout(400)
    assert len(actions(page)) == 2


def test_a_log_shows_its_end_and_stays_there_as_it_grows(show: Any) -> None:
    log = "<div class=tunebook>%s</div>"
    lines = [f"line {n}" for n in range(99)]
    page = show(log % copying.log_block("\n".join(lines), "log"))
    box = page.locator(".tb-log")
    left = "e => e.scrollHeight - e.clientHeight - Math.abs(e.scrollTop)"
    assert box.evaluate("e => e.scrollHeight > e.clientHeight + 100")
    assert page.locator("pre").evaluate("e => e.getBoundingClientRect().bottom") <= box.evaluate(
        "e => e.getBoundingClientRect().bottom + 1"
    )
    page.evaluate("(html) => window.update(html)", log % copying.log_block("\n".join([*lines, "last"]), "log"))
    assert page.locator("pre").evaluate("e => e.getBoundingClientRect().bottom") <= box.evaluate(
        "e => e.getBoundingClientRect().bottom + 1"
    )
    assert box.evaluate(left) > 100  # what came before can be scrolled to


def test_the_second_click_of_a_double_click_does_nothing(show: Any) -> None:
    page = show(FORM % "")
    page.locator("button").dblclick()
    assert len(actions(page)) == 1


def test_a_button_that_cannot_be_pressed_sends_nothing(show: Any) -> None:
    page = show("<button data-action=go aria-disabled=true>Go</button>")
    page.locator("button").click(force=True)
    assert actions(page) == []


def test_control_and_enter_ask(show: Any) -> None:
    page = show(FORM % "")
    page.locator("textarea").fill("why?")
    page.locator("textarea").press("Enter")
    assert actions(page) == []
    page.locator("textarea").press("Control+Enter")
    assert actions(page)[0]["values"]["t"].strip() == "why?"


def test_code_opens_without_python_and_stays_open_through_updates(show: Any) -> None:
    html = "<p>%s</p><button data-toggle=code>Show code</button><div data-fold hidden><pre data-part=code>x</pre></div>"
    page = show(html % 1)
    assert not page.locator("pre").is_visible()
    page.locator("button").click()
    assert page.locator("pre").is_visible()
    assert page.locator("button").get_attribute("aria-expanded") == "true"
    page.evaluate("(html) => window.update(html)", html % 2)
    assert page.locator("pre").is_visible()
    assert actions(page) == []


def test_the_button_for_the_code_says_what_it_would_do(show: Any) -> None:
    page = show(str(parts.card("T", code="x = 1", body=None)))
    button = page.get_by_role("button", name="code")
    assert (button.inner_text(), button.get_attribute("aria-expanded")) == ("Show code", "false")
    button.click()
    assert (button.inner_text(), button.get_attribute("aria-expanded")) == ("Hide code", "true")
    page.evaluate("(html) => window.update(html)", str(parts.card("T", code="x = 2", body=None)))
    assert button.inner_text() == "Hide code"
    button.click()
    assert button.inner_text() == "Show code"


def test_code_goes_to_a_page_that_takes_it_and_is_not_shown_twice(show: Any) -> None:
    page = show(str(parts.card("T", code="x = 1", body=None)))
    page.evaluate(
        """document.addEventListener("tunebook:insert-code", (event) => {
          window.taken = event.detail.code;
          event.preventDefault();
        }, {once: true})"""
    )
    button = page.get_by_role("button", name="code")
    button.click()
    assert page.evaluate("window.taken") == "x = 1"
    assert (button.inner_text(), page.locator("pre").is_visible()) == ("Show code", False)
    button.click()  # nobody takes it now
    assert page.locator("pre").is_visible()


def test_a_slow_kernel_is_told_and_the_telling_ends_with_its_answer(show: Any) -> None:
    page = show(FORM % "" + "<p class=tb-late data-when=busy>busy</p>")
    assert not page.locator(".tb-late").is_visible()
    page.locator("button").click()
    page.locator(".tb-late").wait_for(state="visible", timeout=3000)
    page.evaluate("window.answer({done: 1})")
    assert not page.locator(".tb-late").is_visible()


def test_when_a_focused_button_goes_the_focus_stays_in_the_panel(show: Any) -> None:
    page = show("<div class=tb-head><button data-key=start data-action=go>Start</button></div>")
    page.locator("button").focus()
    page.evaluate("window.update('<div class=tb-head><button data-key=stop data-action=stop>Stop</button></div>')")
    assert page.evaluate("document.activeElement.textContent") == "Stop"


def test_a_view_that_ends_says_so_and_hears_no_more(show: Any) -> None:
    page = show(FORM % "")
    page.evaluate("window.end()")
    assert page.evaluate("window.sent.at(-1).action") == "@gone"
    assert page.evaluate("Object.values(window.heard).map((s) => s.size)") == [0, 0]


def test_a_kernel_that_stays_silent_may_have_been_restarted(show: Any) -> None:
    late = '<p class="tb-late" data-when="busy">busy</p><p class="tb-late" data-when="lost">restarted?</p>'
    page = show(f'{late}<button data-action="stop">Stop</button>')
    page.clock.install()
    page.get_by_role("button").click()
    page.clock.run_for(1000)
    assert page.get_by_text("busy").is_visible()
    assert not page.get_by_text("restarted?").is_visible()
    page.clock.run_for(9000)
    assert page.get_by_text("restarted?").is_visible()
    assert not page.get_by_text("busy").is_visible()
    page.evaluate("window.answer({done: 1})")
    assert not page.get_by_text("restarted?").is_visible()
