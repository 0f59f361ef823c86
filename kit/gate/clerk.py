"""A process that reads data for a page: ``python -m kit.gate.clerk`` answers requests, one JSON line each.

A page must not wait for a large file, and a kernel must not hold its rows. So another process looks at files
(`kit.data.look`) and lists rows (`kit.gate.listing`); it keeps the tokenizer and the last search, and ends with
whoever asks, or after some minutes without a request.
"""

from __future__ import annotations

import json
import select
import sys
import traceback
from typing import Any

from kit.data.look import look
from kit.errors import KitError
from kit.gate.listing import Listing, key_of, listing_of
from kit.i18n import _

_IDLE_S = 300.0


class Clerk:
    """Answers one request after another, as plain values."""

    def __init__(self) -> None:
        self._listing: tuple[str, Listing | None] = ("", None)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return ``{"answer": ...}``, or ``{"error": {"message", "fix"}}``."""
        try:
            return {"answer": self._answer(request)}
        except KitError as exc:
            return {"error": {"message": exc.problem, "fix": exc.fix}}
        except Exception as exc:  # a page can only show it: nobody reads this process's screen
            told = "".join(traceback.format_exception(exc))
            fix = _("This is a fault in Tunebook; the details tell where.")
            return {"error": {"message": f"{type(exc).__name__}: {exc}", "fix": fix, "detail": told}}

    def _answer(self, request: dict[str, Any]) -> Any:
        do, values = request["do"], dict(request["values"])
        if do == "look":
            return look(**values)
        listing = self._of(values.pop("of"))
        if do == "page":
            return listing.page(**values)
        if do == "touched":
            return listing.touched(values["drop"], values["mend"])
        keys = [(part, int(number)) for part, number in values["rows"]]
        return [[part, number, text] for (part, number), text in listing.rows(keys).items()]

    def _of(self, values: dict[str, Any]) -> Listing:
        key = key_of(values)
        if self._listing[0] != key or self._listing[1] is None:
            self._listing = (key, listing_of(values))
        listing = self._listing[1]
        assert listing is not None
        return listing


def main() -> None:
    """Answer until there is nobody to ask."""
    clerk = Clerk()
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not look like an answer
    while select.select([sys.stdin], [], [], _IDLE_S)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        answers.write(json.dumps({"key": request["key"], **clerk.answer(request)}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
