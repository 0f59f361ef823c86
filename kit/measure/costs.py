"""What answers cost: a missed fraud is not a false alarm.

The likeliest label is the right choice only where all mistakes cost the same. Where they do not, the choice with the
least expected cost is, as far as the probabilities can be believed (Elkan 2001, The foundations of cost-sensitive
learning).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import N_, _
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class Cost(Spec):
    """What it costs to answer one label where another is right."""

    made_by = "kit.Cost(gold='fraud', answer='legitimate', cost=20)"

    cost: float = param(label=N_("Cost"), help=N_("Of each such row; a wrong answer that is not named costs 1"))
    gold: str = param("", label=N_("Right label"), help=N_("Left empty: any"))
    answer: str = param("", label=N_("Answer"), help=N_("Left empty: any wrong one"))


def check_costs(costs: Sequence[Cost], labels: Sequence[str] | None = None) -> None:
    """Raise when two of `costs` contradict each other, or one names a label that is not among `labels`.

    Raises
    ------
    ParameterError
        Two different costs for the same pair of labels.
    UnknownNameError
        A label that the rows do not have.
    """
    said: dict[tuple[str, str], float] = {}
    for place, cost in enumerate(costs):
        if said.setdefault((cost.gold, cost.answer), cost.cost) != cost.cost:
            raise ParameterError(f"costs[{place}]", cost, allowed=_("the same as what was said of this pair before"))
        for part, name in (("gold", cost.gold), ("answer", cost.answer)):
            if labels is not None and name and name not in labels:
                raise UnknownNameError(f"costs[{place}].{part}", name, labels)
