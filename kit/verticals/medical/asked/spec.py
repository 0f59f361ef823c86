"""A case as somebody types it. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class AskedSpec(Spec):
    """Take personal data out of what was typed, and return the tokens of the question and of each answer.

    It is carried out in a process of its own that it is handed to by a pipe: what was typed is written nowhere.
    """

    carried_out_by = "kit.verticals.medical.asked.work:read"
    preload = ("kit.verticals.medical.asked.warm", "tokenizers", "jinja2.sandbox")

    model: str = param(label=N_("Model"), empty=False)
    text: str = param(label=N_("Text"), empty=False)
    answers: tuple[str, ...] = param((), label=N_("Answers"), help=N_("Labels, or the choices of a question"))
    shared: bool = param(True, label=N_("Are the answers labels?"), help=N_("Choices are typed, too"))
    instruction: str = param("", label=N_("Instruction"))
    personal: tuple[str, ...] = param(("all",), label=N_("Personal data"), help=N_("Kinds that are taken out"))

    def libraries(self) -> tuple[str, ...]:
        return self.preload
