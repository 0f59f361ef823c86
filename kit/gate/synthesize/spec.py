"""Who writes synthetic rows, from what, in which ways."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import open_data
from kit.data.reading import Reading
from kit.data.synthetic import MARK, PARENT
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.gate.registry import CHECKS
from kit.gate.spec import Gated, Thresholds
from kit.i18n import N_, _
from kit.measure.needs import evaluation_needs
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method
from kit.quantization.variant import check_variant, look_up
from kit.spec import Needs, param

PARAPHRASE, COUNTER, NEW = "paraphrase", "counter-example", "new"
WAYS = (PARAPHRASE, COUNTER, NEW)
CHECKED = ("encoding", "exact-duplicates", "near-duplicates", "leaks", "personal", "rules")


@dataclass(frozen=True, kw_only=True)
class SynthesizeSpec(Thresholds, Gated):
    """Let a model write rows from real ones; each is checked, and marked as synthetic.

    The rows of `data` are those that are trained on; no row of `test` is ever shown to the model.
    """

    carried_out_by = "kit.gate.synthesize.synthesize:synthesize"

    variant: Variant = param(label=N_("Written by"), help=N_("A model held in any way, or one that a server runs"))
    ways: tuple[str, ...] = param(
        (PARAPHRASE, NEW),
        label=N_("Ways"),
        help=N_("The same in other words, the least change that makes another label right, or a new row of that kind"),
        empty=False,
    )
    rows: int = param(100, label=N_("Rows"), help=N_("That pass all checks, at most"), low=1, high=1_000_000)
    per_row: int = param(
        2, label=N_("From each row"), help=N_("How often the model is asked with one row, at most"), low=1, high=100
    )
    checks: tuple[str, ...] = param(
        CHECKED, label=N_("Checks"), help=N_("By name; a row that one of them points at is refused"), empty=False
    )
    temperature: float = param(
        0.8, label=N_("Temperature"), help=N_("Higher values write more varied rows"), low=0, high=5
    )
    max_new_tokens: int = param(
        256, label=N_("New tokens"), help=N_("Of a row; what is longer is refused"), low=1, high=32768
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of the order of rows and of the writing"), low=0, high=2**31 - 1)

    def check(self) -> None:
        super().check()
        check_variant(self.variant)
        for way in self.ways:
            if way not in WAYS:
                raise ParameterError("ways", way, allowed=", ".join(WAYS))
        for name in self.checks:
            if name not in CHECKS or not CHECKS[name].repair:
                known = ", ".join(name for name, entry in CHECKS.items() if entry.repair)
                raise ParameterError("checks", name, allowed=known)
        self._check_task()
        if self.data.split == "test":
            allowed = _("train or all: synthetic rows are made from rows that are trained on")
            raise ParameterError("data.split", self.data.split, allowed=allowed)
        taken = [name for name in (MARK, PARENT) if name in self.data.wanted]
        if taken:
            allowed = _("columns of other names: {name} marks a synthetic row").format(name=taken[0])
            raise ParameterError("data", taken[0], allowed=allowed, fix=_("Rename the column in the data."))

    def _check_task(self) -> None:
        task = self.data.task
        if task == "chat":
            raise ParameterError("data.task", task, allowed=_("classify, choose, answer or continue"))
        if COUNTER in self.ways and task != "classify":
            allowed = _("paraphrase or new: only rows with labels have counter-examples")
            raise ParameterError("ways", COUNTER, allowed=allowed)
        if NEW in self.ways and task == "choose":
            allowed = _("paraphrase: a new question would need choices that nobody has checked")
            raise ParameterError("ways", NEW, allowed=allowed, fix=_('Write ways=("paraphrase",).'))

    def look_ahead(self) -> None:
        open_data(self.data)
        if self.test is not None:
            Reading(self.test)
        look_up(self.variant)
        if not self.variant.remote:
            check_runs_here(get_method(self.variant.method))

    def needs(self) -> Needs:
        if self.variant.remote:
            return Needs()
        return evaluation_needs([self.variant], self.data, batch_size=1, perplexity=False)
