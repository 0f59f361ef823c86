"""What a quick look at the training rows finds, as one line, and where to look closer.

Only what is known once the rows are read anyway: rows that are there more than once, and labels of very few rows. The
data gate (`kit.DataPanel`) finds more.
"""

from __future__ import annotations

import htpy as h

from kit.data.spec import DataSpec
from kit.i18n import _, ngettext
from kit.plots.words import count
from kit.widgets.copying import code_block
from kit.widgets.tuning.rows import Rows

_FEWEST = 8  # rows of a label, as the gate has it


def glance(rows: Rows, data: DataSpec) -> h.Element:
    """Return what was found, and the code that looks closer."""
    found = _found(rows)
    told = " · ".join(found) if found else _("No row is there twice, and no label is rare.")
    look = h.details(data_key="closer")[
        h.summary[_("Look closer")],
        h.div(".tb-code")[code_block(f"import kit\n\nkit.DataPanel({data.code()})", "closer")],
    ]
    tone = "warn" if found else None
    return h.div(".tb-glance.tb-small", data_key="glance")[h.span(".tb-mute", data_tone=tone)[told], " ", look]


def _found(rows: Rows) -> list[str]:
    words = []
    if rows.repeated:
        told = ngettext("{n} row is the same as an earlier one", "{n} rows are the same as earlier ones", rows.repeated)
        words.append(told.format(n=count(rows.repeated)))
    rare = [(label, n) for label, n in rows.labels if n < _FEWEST]
    if rare:
        label, n = rare[-1]
        told = ngettext("label {label!r} has {n} row", "label {label!r} has {n} rows", n)
        words.append(told.format(label=label, n=count(n)))
    return words
