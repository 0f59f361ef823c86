"""What a model service offers, and how much of it each visitor gets."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class ServiceSpec(Spec):
    """One copy of the weights for everybody on this machine, behind OpenAI's protocol."""

    models: tuple[str, ...] = param(
        (), label=N_("Models"), help=N_("Models, adapters or tunings that may be asked; left empty, all that are here")
    )
    method: str = param(
        "",
        label=N_("Method"),
        help=N_(
            "How a model is held that is asked for by its bare name (openvino-bf16 for small models, openvino-int8 for "
            "others, gguf-q8_0 where OpenVINO cannot, with vLLM bf16); name@method asks for another"
        ),
    )
    engine: str = param(
        "auto",
        label=N_("Engine"),
        help=N_("auto: vLLM where a GPU and vLLM are there, else OpenVINO where it is there, else llama.cpp"),
        choices=("auto", "openvino", "llama.cpp", "vllm"),
    )
    slots: int = param(
        0,
        label=N_("Answers at once"),
        help=N_("By one model; they are computed together. 0: 16 with OpenVINO, 8 with llama.cpp, 64 with vLLM"),
        low=0,
        high=256,
    )
    context: int = param(
        2048, label=N_("Context"), unit=N_("tokens"), help=N_("Question and answer of one visitor"), low=64, high=2**20
    )
    per_visitor: int = param(
        4, label=N_("Questions of a visitor"), help=N_("Waiting and being answered; more are refused"), low=1, high=1000
    )
    waiting: int = param(256, label=N_("Questions in all"), help=N_("More are refused, politely"), low=1, high=100_000)
    loaded: int = param(2, label=N_("Models in memory"), help=N_("The one unused longest makes room"), low=1, high=64)
    cache_mib: int = param(
        32,
        label=N_("Answers kept"),
        unit=N_("MiB"),
        help=N_("Of questions that come again; 0 keeps none"),
        low=0,
        high=2**20,
    )
    idle_minutes: float = param(
        15.0, label=N_("Ends when idle"), unit=N_("min"), help=N_("After so long without a question; 0 never"), low=0
    )
    threads: int = param(
        0, label=N_("Threads"), help=N_("For computing; 0 takes the cores that there are"), low=0, high=1024
    )
