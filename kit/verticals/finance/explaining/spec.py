"""Which model writes an answer to each row. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines import Variant
from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class WriteSpec(Spec):
    """Let one variant write an answer to each row of some data."""

    carried_out_by = "kit.verticals.finance.explaining.work:write"
    preload = (
        "kit.engines.hf.engine",
        "kit.engines.hf.load",
        "transformers.modeling_utils",
        "transformers.generation.utils",
    )

    variant: Variant = param(label=N_("Variant"))
    data: DataSpec = param(label=N_("Questions"), help=N_("Rows whose answers are written"))
    max_new_tokens: int = param(64, label=N_("New tokens"), help=N_("At most"), low=1, high=1024)
