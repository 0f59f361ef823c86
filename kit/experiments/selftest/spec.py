"""Which method to try out. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.quantization.registry import get_method
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class SelfTestSpec(Spec):
    """Hold a tiny random model by one method and compare what it expects with the same model in 32 bits."""

    carried_out_by = "kit.experiments.selftest.work:self_test"
    preload = ("kit.engines.hf.engine", "kit.engines.hf.load", "transformers.models.llama.modeling_llama")

    method: str = param(label=N_("Method"), empty=False)

    def check(self) -> None:
        get_method(self.method)
