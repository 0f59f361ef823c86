"""Why a column is proposed, in words that a person can check against the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.i18n import _, ngettext


def why(column: Mapping[str, Any], *, called: bool) -> str:
    """Return the reason for a column: what it holds, and that its name says so where that is so."""
    return _("its name, and {what}").format(what=holds(column)) if called else holds(column)


def holds(column: Mapping[str, Any]) -> str:
    """Return what a column holds, with numbers.

    >>> holds({"kind": "words", "distinct": 3, "rows": 2400, "length": 7.0, "choices": 0})
    '3 different words in 2,400 rows'
    """
    rows = ngettext("{n} row", "{n} rows", column["rows"]).format(n=f"{column['rows']:,}")
    distinct = f"{column['distinct']:,}"
    if column["kind"] == "text":
        return _("texts of {n} characters on average").format(n=round(column["length"]))
    if column["kind"] == "list":
        return _("lists, mostly of {n}").format(n=column["choices"])
    plain = {
        "words": _("{distinct} different words in {rows}"),
        "number": _("{distinct} different numbers in {rows}"),
        "truth": _("yes or no in {rows}"),
        "turns": _("conversations in {rows}"),
        "features": _("named values in {rows}"),
    }
    told = plain.get(column["kind"], _("{distinct} different values in {rows}"))
    return told.format(distinct=distinct, rows=rows)
