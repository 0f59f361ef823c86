"""The glue of every panel: a desk (state), a page (HTML from state) and, once it is shown, a widget and a pulse."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import htpy as h

from kit.jobs import Run
from kit.widgets.desk import Desk, Problem
from kit.widgets.pulse import Pulse

if TYPE_CHECKING:
    from kit.widgets.view import View

D = TypeVar("D", bound=Desk)
_LOCK = threading.RLock()  # messages may come in another thread of the kernel than the cell that runs
_WIDTHS = range(200, 2401)  # pixels a page may tell; anything else is a slip


class Panel(Generic[D]):
    """A panel: shows itself in a notebook, goes into ipywidgets boxes as `widget`, works without either.

    Parameters
    ----------
    desk : Desk
        What it shows and does.
    page : callable
        Returns the HTML of a desk.
    follows : sequence of Panel
        Panels whose actions change this one.
    """

    def __init__(self, desk: D, page: Callable[[D], h.Element], follows: Sequence[Panel[Any]] = ()) -> None:
        self.desk = desk
        self._page = page
        self._follows = tuple(follows)
        self._pulse = Pulse(self._beat)
        self._views: set[str] = set()
        self._view: View | None = None
        self._closed = False
        self._drawn: tuple[object, str] = (None, "")
        for panel in self._follows:
            panel.desk.listen(self._told)

    @property
    def name(self) -> str:
        """The panel's name, under which its runs are found again."""
        return self.desk.name

    @property
    def run(self) -> Run | None:
        """The run that the panel shows, if any."""
        return self.desk.run

    @property
    def widget(self) -> View:
        """The ipywidgets widget, made when it is first asked for."""
        from kit.widgets.view import View

        if self._view is None:
            self._view = View(html=self.html())
            self._view.on_msg(self._heard)
        return self._view

    def html(self) -> str:
        """Return the panel as HTML; while nothing goes on it is drawn anew only when something has changed."""
        seen = self.desk.seen()
        if seen is None or seen != self._drawn[0]:
            # str() would give a Markup, which escapes what it meets
            self._drawn = (seen, "".join(self._page(self.desk).iter_chunks()))
        return self._drawn[1]

    def act(self, action: str, value: Any = "", **values: Any) -> None:
        """Do what a person would do with the mouse: ``panel.act("start")``."""
        with _LOCK:
            self.desk.act(action, value, values)
            self._show()

    def refresh(self) -> None:
        """Look what has become of the run and draw anew; a panel on a page does so by itself."""
        with _LOCK:
            self._look()
            self._wake()

    def close(self) -> None:
        """Take the panel off the page; its run goes on."""
        with _LOCK:
            self._closed = True
            self._pulse.stop()
            self._views.clear()
            for panel in self._follows:
                panel.desk.unlisten(self._told)
            if self._view is not None:
                self._view.on_msg(self._heard, remove=True)
                self._view.close()
                self._view = None

    def _told(self) -> None:
        """Draw anew, since somebody has done something in a panel that this one follows."""
        with _LOCK:
            self._drawn = (None, "")
            self.refresh()

    def _look(self) -> bool:
        """Look at the run and draw; return whether to look again: a run may be resumed, or begin, in another kernel."""
        if self._closed:
            return False
        try:
            self.desk.look()
        except Exception as exc:
            self.desk.problem = Problem.of(exc)
        self._show()
        return bool(self._views)

    def _beat(self) -> bool:
        with _LOCK:
            return self._look()

    def _wake(self) -> None:
        if self._views and not self._closed:
            self._pulse.start()

    def _show(self) -> None:
        if self._view is not None:
            html = self.html()
            if html != self._view.html:
                self._view.html = html

    def _heard(self, _view: View, message: Mapping[str, Any], _buffers: object) -> None:
        with _LOCK:
            self._take(message)

    def _take(self, message: Mapping[str, Any]) -> None:
        action = str(message.get("action", ""))
        if action.startswith("@"):
            self._of_the_page(action, str(message.get("view", "")), message.get("value"))
            return
        values = message.get("values")
        self.desk.act(action, message.get("value", ""), values if isinstance(values, dict) else {})
        self._look()
        self._wake()
        if self._view is not None:
            self._view.send({"done": message.get("number", 0)})
            self._hand_over(self._view, str(message.get("view", "")))

    def _hand_over(self, view: View, asked: str) -> None:
        """Send the files that the desk has made to the page that asked for them."""
        files, self.desk.files = self.desk.files, []
        for file in files:
            view.send({"download": file.name, "type": file.type, "view": asked}, buffers=[file.content])

    def _of_the_page(self, action: str, view: str, value: object) -> None:
        if action == "@gone":
            self._views.discard(view)
            if not self._views:
                self._pulse.stop()
        elif action == "@seen":
            self._views.add(view)
            self.desk.renew()
            self.refresh()
        elif action == "@width" and isinstance(value, int) and value in _WIDTHS:
            self.desk.width = value
            self._show()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.widget._repr_mimebundle_(**kwargs)

    def __repr__(self) -> str:
        state = f": {self.desk.status}" if self.desk.status else ""
        return f"<{type(self).__name__} {self.name!r}{state}>"
