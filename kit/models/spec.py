"""Get a model ready on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class GetSpec(Spec):
    """Fetch one model and prepare it, so that everything after works offline."""

    carried_out_by = "kit.engines.prepare:prepare"

    name: str = param(
        label=N_("Model"),
        help=N_("Catalogue name, hub id, folder, GGUF file, package:NAME, run:ID or registry:NAME"),
        empty=False,
    )
