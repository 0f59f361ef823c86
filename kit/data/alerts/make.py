"""Make the rows of `finance-alerts`, always the same."""

from __future__ import annotations

from kit.data.alerts.draw import Draw
from kit.data.alerts.facts import draw_facts
from kit.data.alerts.weigh import LABELS, disposition
from kit.data.alerts.wording import tell

ROWS = 2_400
NOISE = 0.12  # share of rows with a label that the facts do not ask for, as people disagree
_SEED = "finance-alerts 1"


def make() -> list[tuple[str, str]]:
    """Return (text, label) pairs; no text occurs twice."""
    draw = Draw(_SEED)
    rows: dict[str, str] = {}
    while len(rows) < ROWS:
        facts = draw_facts(draw)
        label = disposition(facts)
        if draw.chance(NOISE):
            label = draw.one([other for other in LABELS if other != label])
        rows.setdefault(tell(facts, draw), label)
    return list(rows.items())
