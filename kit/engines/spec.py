"""One thing to be compared: a model, perhaps an adapter, a quantization method, an engine."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class Variant(Spec):
    """A model as it would be deployed."""

    made_by = "kit.Variant(model='…', method='bf16')"

    model: str = param(
        label=N_("Model"),
        help=N_("Catalogue name, hub id, folder, GGUF file, package:NAME, run:ID or registry:NAME"),
        empty=False,
    )
    method: str = param("bf16", label=N_("Method"), help=N_("How the weights are held, such as bf16 or bnb-nf4"))
    engine: str = param("transformers", label=N_("Engine"), help=N_("What runs the model"), choices=("transformers",))

    @property
    def name(self) -> str:
        """How tables and plots call it."""
        return self.method
