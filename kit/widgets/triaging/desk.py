"""What an analyst sees and can do: a queue, one alert of it, and decisions that are kept.

Deciding is what the panel is for, so visitors of an app may do it too: it starts no run, it appends a line to a file.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from kit.errors import KitError, UnknownNameError
from kit.i18n import _
from kit.verticals.finance.decision import Decision, Decisions
from kit.widgets.desk import Desk, File
from kit.widgets.triaging.shelf import Alert, Shelf

PAGE = 10  # rows that are shown at first, and that are added
FEW = 4  # that are shown at first where the open alert stands below the queue
TWO_COLUMNS = 1_000  # pixels, as the sheet has it
SHOWS = ("open", "decided", "all")
SORTS = ("score", "when", "amount", "proposed")


class TriageDesk(Desk):
    """Alerts in a queue, and what is decided on them.

    Parameters
    ----------
    folder : Path, optional
        Of the case's outcome; left out, that of the newest.
    name : str
        The panel's name.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        super().__init__(name)
        self.title = _("Alerts")
        self.shelf = Shelf(folder)
        self.me = uuid.uuid4().hex[:8]  # marks what is decided here; nobody's name
        self.text, self.label, self.show = "", "", "open"
        self.sort, self.down = "score", True
        self.pages = 0  # beyond the first
        self.chosen = ""
        self.last = ""  # the alert that was decided here last

    @property
    def busy(self) -> bool:
        return True  # the queue may grow and others may decide at any time; a look where nothing changed is two stats

    def look(self) -> None:
        self.shelf.look()
        if self.chosen not in self.shelf.alerts:
            self.chosen = next((alert["key"] for alert in self.found()), "")

    def seen(self) -> object:
        return self.shelf.changes, self.acts, self.width, self.problem

    @property
    def alert(self) -> Alert | None:
        """The alert that is open, if any."""
        return self.shelf.alerts.get(self.chosen)

    def decision(self, alert: Alert) -> Decision | None:
        """Return what was decided on an alert, if anything."""
        return self.shelf.standing().get(alert["key"])

    def found(self) -> list[Alert]:
        """Return the alerts that are asked for, in order."""
        standing = self.shelf.standing()
        words = self.text.lower().split()
        picked = [
            alert
            for alert in self.shelf.alerts.values()
            if (self.show == "all" or (alert["key"] in standing) == (self.show == "decided"))
            and (not self.label or alert["proposed"] == self.label)
            and all(word in f"{alert['id']} {alert['text']}".lower() for word in words)
        ]
        ordered = sorted(picked, key=lambda alert: (-alert.get("amount", 0), alert["id"]))  # of alike ones the dearest
        return sorted(ordered, key=lambda alert: alert.get(self.sort, 0), reverse=self.down)

    @property
    def limit(self) -> int:
        """How many rows of the queue are shown."""
        return (PAGE if self.width >= TWO_COLUMNS else FEW) + self.pages * PAGE

    def following(self) -> Alert | None:
        """Return the next alert of the queue that nobody has decided on, after the one that is open."""
        standing = self.shelf.standing()
        alert = self.alert
        undecided = [each for each in self.found() if each["key"] not in standing and each["key"] != self.chosen]
        if alert is None or not undecided:
            return undecided[0] if undecided else None
        place = alert.get(self.sort, 0)
        later = [e for e in undecided if (e.get(self.sort, 0) <= place if self.down else e.get(self.sort, 0) >= place)]
        return later[0] if later else undecided[0]

    def code(self) -> str:
        about = self.shelf.about
        case = f"finance.case({'quick=True' if about.get('quick') else ''})" if about.get("data") == "payments" else ""
        lines = ["import kit", *(["from kit.verticals import finance"] if case else []), ""]
        lines.append(f"panel = kit.TriagePanel({case})")
        if self.alert is not None:
            lines += [f"panel.act('use', {self.chosen!r})  # {self.alert['id']}", "panel.act('accept')"]
        return "\n".join([*lines, "panel.rows()  # every decision, as rows to learn from"])

    def do_filter(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which alerts to list."""
        show, label = str(values.get("show", self.show)), str(values.get("label", self.label))
        if show not in SHOWS:
            raise UnknownNameError("show", show, SHOWS)
        if label and label not in self.shelf.labels:
            raise UnknownNameError("label", label, self.shelf.labels)
        if values.get("sort", self.sort) != self.sort:
            self.do_sort({"value": values["sort"]}, {})
        self.show, self.label = show, label
        self.text = str(values.get("text", self.text)).strip()
        self.pages = 0

    def do_everything(self, value: Any, values: dict[str, Any]) -> None:
        """List all alerts."""
        self.text, self.label, self.show = "", "", "all"

    def do_sort(self, value: Any, values: dict[str, Any]) -> None:
        """Order by a column; once more turns the order round."""
        name = str(value["value"] if isinstance(value, dict) else value)
        if name not in SORTS:
            raise UnknownNameError("sort", name, SORTS)
        turn = name == self.sort and not isinstance(value, dict)
        self.down = not self.down if turn else name != "proposed"
        self.sort = name

    def do_more(self, value: Any, values: dict[str, Any]) -> None:
        """Show more rows."""
        self.pages += 1

    def do_use(self, value: Any, values: dict[str, Any]) -> None:
        """Open an alert."""
        if str(value) not in self.shelf.alerts:
            raise KitError(_("This alert is not in the queue any more."), fix=_("Choose one of the list."))
        self.chosen, self.last = str(value), ""

    def do_following(self, value: Any, values: dict[str, Any]) -> None:
        """Open the next alert that nobody has decided on."""
        following = self.following()
        if following is not None:
            self.chosen, self.last = following["key"], ""

    def do_accept(self, value: Any, values: dict[str, Any]) -> None:
        """Decide as it is proposed."""
        alert = self._open_alert()
        self._decide(alert, alert["proposed"])

    def do_override(self, value: Any, values: dict[str, Any]) -> None:
        """Decide otherwise than it is proposed."""
        if str(value) not in self.shelf.labels:
            raise UnknownNameError("decision", value, self.shelf.labels)
        self._decide(self._open_alert(), str(value))

    def do_retract(self, value: Any, values: dict[str, Any]) -> None:
        """Take a decision back: that on the alert with this key, or on the open one."""
        key = str(value) or self.chosen
        if key in self.shelf.standing():
            self._kept().retract(key, by=self.me)
        self.last = ""

    def do_take_away(self, value: Any, values: dict[str, Any]) -> None:
        """Hand the decisions over as a dataset."""
        if not self._kept().standing():
            raise KitError(_("Nothing is decided yet."), fix=_("Accept or override an alert first."))
        self.files.append(File("decisions.jsonl", self._kept().dataset().encode(), "application/jsonl"))

    def _decide(self, alert: Alert, decision: str) -> None:
        self._kept().decide(alert["key"], decision, alert["proposed"], text=alert["text"], by=self.me)
        self.last = alert["key"]

    def _open_alert(self) -> Alert:
        if self.alert is None:
            raise KitError(_("No alert is open."), fix=_("Choose one of the list."))
        return self.alert

    def _kept(self) -> Decisions:
        if self.shelf.decisions is None:
            raise KitError(_("There are no alerts yet."), fix=_("Run the notebook of the finance vertical."))
        return self.shelf.decisions
