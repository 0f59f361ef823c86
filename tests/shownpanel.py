"""A panel in a real browser, without a kernel: its page, and messages carried between the two."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from kit.widgets.view import View

# What stands for anywidget's model: it notes what the page sends, and passes on what Python would.
MODEL = """
window.sent = []; window.heard = {}; window.html = %s;
window.model = {
  get: () => window.html, send: (m) => window.sent.push(m),
  on: (n, f) => (window.heard[n] ??= new Set()).add(f), off: (n, f) => window.heard[n]?.delete(f),
};
window.update = (html) => { window.html = html; window.heard["change:html"].forEach((f) => f()); };
window.answer = (m, bytes) => window.heard["msg:custom"].forEach((f) => f(m, bytes && [Uint8Array.from(bytes)]));
"""
START = """async (script) => {
  const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  window.end = (await import(url)).default.render({model: window.model, el: document.querySelector("#at")});
}"""
_AXE = Path(__file__).parents[1] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
_CUT_OFF = """(elements) => [...document.querySelectorAll(elements)].filter(
  e => e.getBoundingClientRect().right > document.documentElement.clientWidth).map(e => e.outerHTML.slice(0, 90))"""


class Shown:
    """A panel in a browser; `sync` carries messages between the two."""

    def __init__(self, page: Page, panel: Any, width: int, theme: str = "") -> None:
        self.page, self.panel = page, panel
        page.set_viewport_size({"width": width, "height": 900})
        body = f"<!doctype html><html lang=en><title>x</title><style>{View._css}</style><body class='{theme}'>"
        page.set_content(f"{body}<main><div id=at></div></main>")
        page.add_script_tag(content=MODEL % json.dumps(panel.html()))
        page.evaluate(START, View._esm)
        page.wait_for_function("window.sent.some((m) => m.action === '@width')")
        self.sync()

    def sync(self) -> list[str]:
        """Give the panel what the page said, and the page what the panel shows; return the actions."""
        said: list[dict[str, Any]] = self.page.evaluate("window.sent.splice(0)")
        for message in said:
            self.panel._take(message)
        self.settle()
        self.page.evaluate("(html) => window.update(html)", self.panel.html())
        return [message["action"] for message in said if not message["action"].startswith("@")]

    def settle(self) -> None:
        """Wait for what the panel asks others for."""

    def open_all(self, which: str = "details > summary") -> None:
        """Open everything that can be opened and is seen."""
        for summary in self.page.locator(which).all():
            if summary.is_visible():
                summary.click()

    def cut_off(self, elements: str) -> list[str]:
        """Return the elements that reach past the right edge of the page."""
        found: list[str] = self.page.evaluate(_CUT_OFF, elements)
        return found

    @property
    def wide(self) -> int:
        """How wide the page is; wider than its window, it scrolls sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def objections(self) -> list[tuple[str, str]]:
        """Return what axe objects to: the rule, and the first element."""
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run('.tunebook', {resultTypes: ['violations']})")
        assert found["passes"], "axe looked at nothing"
        return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


@contextlib.contextmanager
def showing(browser: Any, kind: type[Shown] = Shown) -> Iterator[Callable[..., Any]]:
    """Give a function that shows panels on one page, and close them all at the end."""
    page, panels = browser.new_page(), []

    def shown(panel: Any, width: int = 700, theme: str = "") -> Shown:
        panels.append(panel)
        return kind(page, panel, width, theme)

    yield shown
    page.close()
    for panel in panels:
        panel.close()
