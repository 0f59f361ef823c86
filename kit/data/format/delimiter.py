"""What stands between the fields of a delimited file: as its ending says, unless its first rows say otherwise."""

from __future__ import annotations

import csv
import io
from itertools import islice

from kit.i18n import N_, _

_NAMES = {
    ",": N_("comma"),
    ";": N_("semicolon"),
    "\t": N_("tab"),
    "|": N_("vertical bar"),
}
_PROMISED = {".tsv": "\t"}
_ROWS = 50


def delimiter_of(head: str, suffix: str) -> tuple[str, str]:
    """Return the delimiter of a file and a note where its ending promises another one.

    Parameters
    ----------
    head : str
        The first lines.
    suffix : str
        Of the file's name, in lower case.
    """
    promised = _PROMISED.get(suffix, ",")
    # That of the ending comes first: `max` takes the first of the best.
    found = max((promised, *(each for each in _NAMES if each != promised)), key=lambda each: _worth(head, each))
    if found == promised:
        return found, ""
    note = _("The fields are divided by {found}, not by {promised} as {suffix} says.")
    return found, note.format(found=_(_NAMES[found]), promised=_(_NAMES[promised]), suffix=suffix)


def _worth(head: str, delimiter: str) -> tuple[float, int]:
    """Return how many of the rows have as many fields as the header, as a share, and how many these are."""
    reader = csv.reader(io.StringIO(head.lstrip("\r\n \ufeff"), newline=""), delimiter=delimiter)
    rows = []
    try:
        for fields in islice(reader, _ROWS):
            if any(field.strip() for field in fields):
                rows.append(len(fields))
    except csv.Error:  # told with its line when the rows are read
        pass
    if not rows or rows[0] < 2:
        return (0.0, 0)
    rest = rows[1:]
    return ((sum(n == rows[0] for n in rest) + 0.5) / (len(rest) + 1), rows[0])
