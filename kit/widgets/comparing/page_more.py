"""What is worth a look now and then: how far probabilities can be believed, which labels are mixed up."""

from __future__ import annotations

import htpy as h

from kit.widgets.comparing.desk import CompareDesk


def more(desk: CompareDesk) -> h.Node:
    """Return nothing yet."""
    return None
