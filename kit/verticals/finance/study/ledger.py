"""Transfers from a file: columns by their names, parties by numbers, so that no name and no account number goes on.

Whatever stands in the columns of sender, payee and device is replaced by "A-0001", "X-0001" and "D-0001" as it is
read, and no other text of the file is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from kit.errors import DataError
from kit.i18n import _
from kit.verticals.finance.world.shape import DAY, Party, Transfer, World

COLUMNS: dict[str, tuple[str, ...]] = {
    "time": ("time", "timestamp", "when", "date", "datetime", "hour", "step"),
    "sender": ("sender", "from", "from_account", "debtor", "account", "nameorig", "source"),
    "payee": ("payee", "to", "to_account", "beneficiary", "creditor", "receiver", "namedest", "target"),
    "amount": ("amount", "amount_eur", "value", "sum"),
    "device": ("device", "device_id"),
    "label": ("label", "disposition", "decision", "fraud", "is_fraud", "isfraud"),
    "papers": ("papers", "document", "documents"),
    "opened": ("opened", "account_opened"),
    "kind": ("payee_kind", "kind"),
    "ring": ("ring", "case"),
}
NEEDED = ("time", "sender", "payee", "amount")
_KINDS = ("person", "business", "merchant", "counterparty")
_FRAUD, _NONE = ("1", "1.0", "true", "yes", "fraud", "escalate"), ("0", "0.0", "false", "no", "release", "legitimate")


def columns_of(names: Iterable[str]) -> dict[str, str] | None:
    """Return which column of a file has which part, or None where it holds no transfers."""
    lower = {name.strip().lower(): name for name in names}
    found = {part: next((lower[each] for each in known if each in lower), "") for part, known in COLUMNS.items()}
    return {part: name for part, name in found.items() if name} if all(found[part] for part in NEEDED) else None


def read_world(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> World:
    """Return the transfers of a file in the order of time.

    Parameters
    ----------
    rows : iterable of mapping
        Cells by column.
    columns : mapping
        From `columns_of`.

    Raises
    ------
    DataError
        A time or an amount cannot be read, or there are fewer than two days.
    """
    read = [_Row(row, columns, place) for place, row in enumerate(rows, start=1)]
    if not read or (span := max(each.moment for each in read) - min(each.moment for each in read)) < 2 * DAY:
        raise DataError(_("The transfers span less than two days."), fix=_("Give those of some weeks."))
    first = min(each.moment for each in read) // DAY * DAY
    marks = _Marks({each.sender for each in read})
    parties: dict[str, Party] = {}
    made = []
    for place, each in enumerate(sorted(read, key=lambda row: row.moment)):
        sender, payee = marks.party(each.sender), marks.party(each.payee)
        parties.setdefault(sender, Party(id=sender, kind="person", opened=each.opened - first))
        kind = each.kind if each.kind in _KINDS else "person" if payee[0] == "A" else "counterparty"
        parties.setdefault(payee, Party(id=payee, kind=kind))
        made.append(each.transfer(f"T-{place:06d}", each.moment - first, sender, payee, marks))
    start = datetime.fromtimestamp(first * 3600, UTC).date().isoformat()
    return World(parties=parties, transfers=tuple(made), rings={}, days=int(span // DAY) + 1, start=start)


class _Marks:
    """Numbers in place of whatever stands in a file."""

    def __init__(self, senders: set[str]) -> None:
        self._senders = senders
        self._given: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def party(self, value: str) -> str:
        return self._mark("A" if value in self._senders else "X", value)

    def device(self, value: str) -> str:
        return self._mark("D", value) if value else ""

    def ring(self, value: str) -> str:
        return self._mark("R", value) if value else ""

    def _mark(self, letter: str, value: str) -> str:
        if (letter, value) not in self._given:
            self._counts[letter] = self._counts.get(letter, 0) + 1
            self._given[letter, value] = f"{letter}-{self._counts[letter]:04d}"
        return self._given[letter, value]


class _Row:
    """One transfer as it stands in a file."""

    def __init__(self, row: Mapping[str, Any], columns: Mapping[str, str], place: int) -> None:
        cells = {part: row.get(name) for part, name in columns.items()}
        self.moment = _hours(cells["time"], place, columns["time"])
        self.sender, self.payee = _text(cells["sender"]), _text(cells["payee"])
        self.amount = _number(cells["amount"], place, columns["amount"])
        self.device, self.ring = _text(cells.get("device")), _text(cells.get("ring"))
        self.kind, papers = _text(cells.get("kind")).lower(), _text(cells.get("papers")).lower()
        self.papers = papers if papers in ("filed", "missing") else ""
        self.label = _label(_text(cells.get("label")).lower(), place, columns.get("label", ""))
        opened = _text(cells.get("opened"))
        self.opened = _hours(opened, place, columns["opened"]) if opened else float("-inf")

    def transfer(self, id: str, hour: float, sender: str, payee: str, marks: _Marks) -> Transfer:
        return Transfer(
            id=id,
            hour=hour,
            sender=sender,
            payee=payee,
            device=marks.device(self.device),
            amount=self.amount,
            papers=self.papers,
            label=self.label,
            ring=marks.ring(self.ring),
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any, place: int, column: str) -> float:
    try:
        return float(str(value).replace(",", ""))
    except ValueError:
        problem = _("Transfer {n}: {value!r} is no number.").format(n=place, value=value)
        raise DataError(problem, fix=_("Put that right in the file."), row=place, field=column) from None


def _hours(value: Any, place: int, column: str) -> float:
    """Return a moment in hours: a date and time as ISO 8601 writes them, or a number of hours."""
    text = _text(value)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problem = _("Transfer {n}: {value!r} is no time.").format(n=place, value=text)
        fix = _("Write it as 2026-05-31T14:05, or as a number of hours.")
        raise DataError(problem, fix=fix, row=place, field=column) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() / 3600


def _label(text: str, place: int, column: str) -> str:
    if text in ("", "request"):
        return text
    if text in _FRAUD:
        return "escalate"
    if text in _NONE:
        return "release"
    problem = _("Transfer {n}: the label {value!r} is not known.").format(n=place, value=text)
    fix = _("Use release, request and escalate, or 1 for fraud and 0 for none.")
    raise DataError(problem, fix=fix, row=place, field=column)
