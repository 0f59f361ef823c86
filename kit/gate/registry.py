"""The checks there are, as data: what each asks, who carries it out, and how what it finds is repaired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kit.i18n import N_


@dataclass(frozen=True)
class CheckEntry:
    """One check.

    Parameters
    ----------
    label : str
        Its name for a person, marked for translation.
    asks : str
        The question it answers, marked for translation.
    made_by : str
        Import path of its `Check`.
    repair : {"", "drop", "mend"}
        What a cleaning of this name does with the rows that it points at: nothing is known, they go, or their texts are
        mended by `mend`.
    mend : str, default ""
        Import path of what makes a function from text to text: ``mend(spec) -> Callable[[str], str]``.
    extra : str, default ""
        The optional extra without which it is left out.
    usual : bool, default True
        Is it quick enough to be done unasked?
    """

    label: str
    asks: str
    made_by: str
    repair: Literal["", "drop", "mend"] = "drop"
    mend: str = ""
    extra: str = ""
    usual: bool = True


# In the order of the report, and of a cleaning that is not told another.
CHECKS: dict[str, CheckEntry] = {
    "schema": CheckEntry(N_("Broken rows"), N_("Can every row be read?"), "kit.gate.checks.schema:Schema"),
    "encoding": CheckEntry(
        N_("Encoding damage"),
        N_("Was every text read in the right encoding?"),
        "kit.gate.encoding:Encoding",
        repair="mend",
        mend="kit.gate.encoding:mend",
    ),
    "length": CheckEntry(N_("Length"), N_("Does every row fit into the model?"), "kit.gate.checks.length:Length"),
    "balance": CheckEntry(
        N_("Label balance"), N_("Does every label have enough rows?"), "kit.gate.checks.balance:Balance", repair=""
    ),
    "conflicts": CheckEntry(
        N_("Contradictions"), N_("Is the same question answered in two ways?"), "kit.gate.alike.conflicts:Conflicts"
    ),
    "exact-duplicates": CheckEntry(
        N_("Exact duplicates"), N_("Is every row there once?"), "kit.gate.alike.exact:ExactDuplicates"
    ),
    "near-duplicates": CheckEntry(
        N_("Near duplicates"), N_("Do rows say nearly the same?"), "kit.gate.alike.near:NearDuplicates"
    ),
    "same-meaning": CheckEntry(
        N_("Same meaning"),
        N_("Do rows mean the same in other words?"),
        "kit.gate.alike.meaning:SameMeaning",
        extra="data",
        usual=False,
    ),
    "leaks": CheckEntry(N_("Leaks"), N_("Do test rows stand in the data?"), "kit.gate.alike.leaks:Leaks"),
    "language": CheckEntry(
        N_("Language"), N_("Is every row in a language that you mean?"), "kit.gate.language:Language", extra="data"
    ),
    "personal": CheckEntry(
        N_("Personal data"),
        N_("Is there anything about a person?"),
        "kit.gate.personal.check:Personal",
        repair="mend",
        mend="kit.gate.personal.mend:mend",
        extra="data",
    ),
    "rules": CheckEntry(N_("Rules"), N_("Does every row keep your rules?"), "kit.gate.rules.check:Rules"),
}


def usual_checks() -> tuple[str, ...]:
    """Return the names of the checks that are done unasked."""
    return tuple(name for name, entry in CHECKS.items() if entry.usual)
