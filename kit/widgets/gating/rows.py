"""The part of the panel's state that lists rows: searched, filtered, page by page, as the model sees them."""

from __future__ import annotations

from typing import Any

from kit.errors import KitError, UnknownNameError
from kit.gate.registry import CHECKS
from kit.widgets.gating.asking import Answer
from kit.widgets.gating.report import ReportDesk

PAGE = 10
ORDERS = ("problems", "file")


class RowsDesk(ReportDesk):
    """Which rows are listed; parameters as `ReportDesk` takes them."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.search, self.filter, self.order, self.start = "", "", "problems", 0
        self._shown: tuple[str, dict[str, Any] | None] = ("", None)

    def listing(self) -> dict[str, Any] | None:
        """Return which rows are listed from, as `kit.gate.listing.listing_of` reads it; None while nobody knows."""
        spec = None if self.editing else self.report_spec()
        if spec is not None:
            data, test, model, most = spec.data, spec.test, spec.model, spec.max_length
        else:
            try:
                data, test, model, most = self.data_spec(), None, *self._model()
            except KitError:
                return None
        return {
            "data": data.to_dict(),
            "test": None if test is None else test.to_dict(),
            "problems": "" if spec is None else self.problems,
            "model": model,
            "max_length": most,
        }

    def _model(self) -> tuple[str, int]:
        values = self.form.values()
        return str(values["model"]), int(values["max_length"])

    def page(self) -> Answer | None:
        """Return the rows of the page, or None while they are read."""
        of = self.listing()
        if of is None or self.unready():
            return None
        given = {"check": self.filter, "search": self.search, "order": self.order, "start": self.start, "size": PAGE}
        found = self.clerk.ask("page", {"of": of, **given})
        if found is not None:
            self._shown = (str(of["data"]), found.value)
        return found

    def last_page(self) -> dict[str, Any] | None:
        """Return the rows that were shown last, until the next ones of the same data have been read."""
        of = self.listing()
        return self._shown[1] if of is not None and self._shown[0] == str(of["data"]) else None

    def texts(self, rows: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """Return what some rows say, as far as it has been read."""
        of = self.listing()
        if of is None or not rows:
            return {}
        kind = "rows:" + ",".join(sorted({part + str(number) for part, number in rows}))
        found = self.clerk.ask("rows", {"of": of, "rows": [list(row) for row in rows]}, kind=kind)
        if found is None or found.value is None:
            return {}
        return {(part, number): text for part, number, text in found.value}

    def do_find(self, value: Any, values: dict[str, Any]) -> None:
        """List rows that hold a text."""
        typed = str(values.get("search", value["value"] if isinstance(value, dict) else value))
        if typed != self.search:
            self.search, self.start = typed, 0

    def do_filter(self, value: Any, values: dict[str, Any]) -> None:
        """List the rows that a check points at, or "any" check, or all."""
        name = str(values.get("filter", value["value"] if isinstance(value, dict) else value))
        if name not in ("", "any", *CHECKS):
            raise UnknownNameError("filter", name, ("any", *CHECKS))
        self.filter, self.start = name, 0

    def do_only(self, value: Any, values: dict[str, Any]) -> None:
        """List the rows that one check points at, from its finding."""
        self.do_filter(value, {})

    def do_order(self, value: Any, values: dict[str, Any]) -> None:
        """List those with the most problems first, or as the file has them."""
        name = str(values.get("order", value["value"] if isinstance(value, dict) else value))
        if name not in ORDERS:
            raise UnknownNameError("order", name, ORDERS)
        self.order, self.start = name, 0

    def do_turn(self, value: Any, values: dict[str, Any]) -> None:
        """Turn the page."""
        if value not in ("next", "previous"):
            raise UnknownNameError("turn", str(value), ("next", "previous"))
        found = self.page()
        total = 0 if found is None or found.value is None else int(found.value["total"])
        self.start = max(self.start + (PAGE if value == "next" else -PAGE), 0)
        if self.start >= total:
            self.start = max((total - 1) // PAGE * PAGE, 0)
