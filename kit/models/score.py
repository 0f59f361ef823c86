"""What a model reached on a public benchmark, as somebody published it: never measured here, never mixed silently."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from kit._check import checked, plain
from kit.errors import ParameterError, nearest
from kit.i18n import N_, _
from kit.spec import param

NOT_STATED = "not stated"  # a setting that the document leaves open


@dataclass(frozen=True, kw_only=True)
class Score:
    """One published figure.

    Two scores may be compared when `benchmark`, `setting` and `reporter` are the same (see `comparable`): makers ask in
    different words, with different numbers of examples, and count answers differently.

    Parameters
    ----------
    benchmark : str
        Name as its authors write it, such as "MMLU" or "IFEval".
    value : float
        Share from 0 to 1, as published.
    setting : str
        How it was asked, such as "5-shot", "0-shot, chain of thought"; `NOT_STATED` where the document does not tell.
    reporter : str
        Who measured and published it.
    source : str
        The document: repository and file, or report with its number.

    Raises
    ------
    ParameterError
        A field has the wrong type or a value that cannot be.
    """

    benchmark: str = param(label=N_("Benchmark"), empty=False)
    value: float = param(label=N_("Value"), help=N_("Share from 0 to 1"), low=0.0, high=1.0)
    setting: str = param(label=N_("Setting"), help=N_("Examples shown, way of asking"), empty=False)
    reporter: str = param(label=N_("Reporter"), help=N_("Who measured and published it"), empty=False)
    source: str = param(label=N_("Source"), help=N_("The document that states it"), empty=False)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = checked(field.name, plain(getattr(self, field.name)), _hints()[field.name], field.metadata)
            object.__setattr__(self, field.name, value)

    def comparable(self, other: Score) -> bool:
        """Were both asked in the same way by the same people?"""
        return (self.benchmark, self.setting, self.reporter) == (other.benchmark, other.setting, other.reporter)


def read_scores(values: Any) -> Any:
    """Return `values`, a list of mappings, as scores; what is no list of mappings is left for the card to refuse.

    Raises
    ------
    ParameterError
        An unknown key, a missing one, or a value that is not allowed; the parameter is named as ``scores[0].value``.
    """
    if not isinstance(values, list | tuple):
        return values
    return tuple(_read(i, each) if isinstance(each, Mapping) else each for i, each in enumerate(values))


def _read(index: int, values: Mapping[str, Any]) -> Score:
    known = [field.name for field in dataclasses.fields(Score)]
    for name in values:
        if name not in known:
            near = nearest(str(name), known)
            fix = _("Did you mean {near!r}?").format(near=near) if near else ""
            allowed = _("one of ") + ", ".join(known)
            raise ParameterError(f"scores[{index}].{name}", values[name], allowed=allowed, fix=fix)
    for name in known:
        if name not in values:
            raise ParameterError(f"scores[{index}].{name}", None, allowed=_("given: a score without it tells nothing"))
    try:
        return Score(**values)
    except ParameterError as exc:
        raise ParameterError(f"scores[{index}].{exc.parameter}", exc.value, allowed=exc.allowed, fix=exc.fix) from exc


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(Score)
