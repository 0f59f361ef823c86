"""What to look for in data, and how much of it is too much."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.errors import ParameterError
from kit.gate.personal.kinds import kinds_of
from kit.gate.registry import CHECKS, usual_checks
from kit.i18n import N_, _
from kit.spec import Needs, Spec, param

TOGETHER = ("usual", "all")


@dataclass(frozen=True, kw_only=True)
class Thresholds(Spec):
    """How much is too much, wherever rows are looked at or repaired."""

    model: str = param(
        "", label=N_("Model"), help=N_("Whose tokenizer and chat template count; left empty, words are counted")
    )
    max_length: int = param(
        1024, label=N_("Longest row"), unit=N_("tokens"), help=N_("What is longer would be cut off"), low=8, high=2**20
    )
    cut_share: float = param(
        0.02, label=N_("Rows that may be too long"), help=N_("More than this share is a warning"), low=0, high=1
    )
    rarest_label: float = param(
        0.05,
        label=N_("Rarest label"),
        help=N_("A label with a smaller share of the rows is a warning"),
        low=0,
        high=0.5,
    )
    near: float = param(
        0.8,
        label=N_("Near duplicates from"),
        help=N_("Share of their words, weighed by rarity, that agrees"),
        low=0.3,
        high=1,
    )
    meaning: float = param(
        0.9, label=N_("Same meaning from"), help=N_("Cosine similarity of sentence embeddings"), low=0.5, high=1
    )
    ngram: int = param(
        13, label=N_("Words of an n-gram"), help=N_("By which test rows are found in the data"), low=2, high=100
    )
    leak_share: float = param(
        0.5,
        label=N_("Leaked from"),
        help=N_("Share of a test row's n-grams that one row of the data holds"),
        above=0,
        high=1,
    )
    languages: tuple[str, ...] = param(
        (), label=N_("Languages"), help=N_("Allowed ones, such as en or zh; left empty, all are")
    )
    personal: tuple[str, ...] = param(
        ("all",), label=N_("Personal data"), help=N_("Kinds that are looked for, such as email or person; or all")
    )
    personal_as: str = param(
        "type",
        label=N_("Personal data becomes"),
        help=N_("Where it is replaced: its kind (<EMAIL>), or a mark of its own for each (<EMAIL_3fa9c1d204>)"),
        choices=("type", "hash"),
    )
    rules: tuple[str, ...] = param(
        (), label=N_("Rules"), help=N_("Filters that every row must pass, such as c4, gopher or words>=3")
    )

    def check(self) -> None:
        if self.rules:
            from kit.gate.rules.rule import check_rules  # many patterns, which most specs do not need

            check_rules(self.rules)
        kinds_of(self.personal)


@dataclass(frozen=True, kw_only=True)
class Gated(Spec):
    """What stands first where data is looked at or repaired."""

    data: DataSpec = param(label=N_("Data"), help=N_("To be trained on"))
    test: DataSpec | None = param(
        None, label=N_("Test data"), help=N_("Whose rows must not stand in the data; left out, that is not looked for")
    )


@dataclass(frozen=True, kw_only=True)
class GateSpec(Thresholds, Gated):
    """Look at data before a machine works on it, and say what is wrong with which row."""

    carried_out_by = "kit.gate.gate:gate"

    checks: tuple[str, ...] = param(
        ("usual",),
        label=N_("Checks"),
        help=N_("By name; usual are those that are quick, all takes longer"),
        empty=False,
    )

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names of the checks, in the order of the list."""
        if "all" in self.checks:
            return tuple(CHECKS)
        usual = usual_checks() if "usual" in self.checks else ()
        return tuple(name for name in CHECKS if name in usual or name in self.checks)

    def check(self) -> None:
        super().check()
        unknown = [name for name in self.checks if name not in CHECKS and name not in TOGETHER]
        if unknown:
            raise ParameterError("checks", unknown[0], allowed=", ".join((*TOGETHER, *CHECKS)))
        if "leaks" in self.checks and self.test is None:
            allowed = _("the data that the model will be tested on, where leaks are looked for")
            raise ParameterError("test", None, allowed=allowed)

    def needs(self) -> Needs:
        return Needs(devices=("cpu",) if "same-meaning" in self.wanted else ())
