"""What to write out, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kit.data import DataSpec
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.machine import this_machine
from kit.machine.facts import MIB
from kit.models import card_here, weights_bytes
from kit.quantization.export.formats import FORMATS, check_format
from kit.quantization.export.place import check_free
from kit.quantization.variant import check_variant, look_up
from kit.spec import Needs, Spec, param

# torch and transformers (as `kit.measure.needs` has it), and what the original expects at some hundred places.
_OWN_BYTES = 500 * MIB + 100 * MIB


@dataclass(frozen=True, kw_only=True)
class ExportSpec(Spec):
    """Write a variant as files that its engine reads anywhere, and prove that they are the same model."""

    carried_out_by = "kit.quantization.export.export:export"
    preload = ("kit.engines.hf.engine", "kit.engines.hf.load", "transformers.generation.utils")

    variant: Variant = param(label=N_("Variant"), help=N_("The method decides the bits and the format"))
    format: str = param("", label=N_("Format"), help=N_("Left out, it follows from the method"), choices=("", *FORMATS))
    folder: str = param(
        "", label=N_("Folder"), help=N_("Must be empty or not there yet; left out, among the run's artifacts")
    )
    chats: DataSpec | None = param(
        None, label=N_("Chats"), help=N_("Questions to compare answers on; left out, some in several languages")
    )
    modelfile: bool = param(True, label=N_("Modelfile"), help=N_("For Ollama, beside a GGUF file"))
    card: bool = param(True, label=N_("Model card"), help=N_("A README.md with what is known and was measured"))
    results: str = param(
        "", label=N_("Results"), help=N_("The run that measured the variant, whose numbers go into the model card")
    )

    def check(self) -> None:
        if self.variant.remote:
            raise ParameterError("variant", self.variant.name, allowed=_("a model that is held here, not by a server"))
        check_variant(self.variant)
        check_format(self.format, self.variant.method)

    @property
    def written_as(self) -> str:
        """The format, given or not."""
        return check_format(self.format, self.variant.method)

    def look_ahead(self) -> None:
        from kit.quantization.export.measured import measured_of
        from kit.quantization.load import calibration_of, check_runs_here
        from kit.quantization.registry import get_method

        look_up(self.variant)
        method = get_method(self.variant.method)
        check_runs_here(method)
        calibration_of(self.variant, method)
        if self.folder:
            check_free(Path(self.folder))
        if self.results:
            measured_of(self.results, self.variant)

    def needs(self) -> Needs:
        card = card_here(self.variant.model)
        if card is None:
            return Needs(("cuda:0",) if this_machine().gpus else ("cpu",))
        # The original is read in 32 bits and given back; what is written is made from as much.
        peak = round(weights_bytes(card, 32) + _OWN_BYTES)
        why = _("The weights of {title} are compared in 32 bits.").format(title=card.title)
        return Needs(("cuda:0",), gpu_bytes=peak, why=why) if this_machine().gpus else Needs(("cpu",), peak, why=why)

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room  # asked in the worker only

        return check_room(self, needs)
