"""Methods of OpenVINO: graphs that its converter writes, weights compressed by NNCF."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

_METHODS = {
    "openvino-fp32": (N_("32-bit floats, OpenVINO"), 32, N_("Nothing is lost; what the other graphs are made of")),
    "openvino-bf16": (
        N_("bfloat16, OpenVINO"),
        16,
        N_("16 bits on disk, bfloat16 in memory and in products, as OpenVINO itself chooses"),
    ),
    "openvino-int8": (
        N_("8-bit integers, OpenVINO"),
        8,
        N_("Weights only, a scale for each row; tables too"),
    ),
    "openvino-int4": (
        N_("4-bit integers, OpenVINO"),
        4,
        N_("Weights only, a scale for each 64; tables keep 8 bits"),
    ),
    "openvino-int4-awq": (
        N_("4-bit integers by AWQ, OpenVINO"),
        4,
        N_("Weights that your rows have large inputs for are scaled up before they are rounded"),
    ),
    "openvino-int4-gptq": (
        N_("4-bit integers by GPTQ, OpenVINO"),
        4,
        N_("Each rounding error is made up for by the weights that are rounded after it, as your rows need it"),
    ),
}

for _name, (_title, _bits, _note) in _METHODS.items():
    register(
        Method(
            _name,
            _title,
            "kit.quantization.openvino.load:load",
            _bits,
            devices=("cpu",),
            packages=("openvino", "nncf") if _bits <= 8 else ("openvino",),
            extra="engines",
            note=_note,
            make="kit.quantization.openvino.make:make",
            calibrated=_name.endswith(("-awq", "-gptq")),
            why_not="kit.quantization.openvino.reads:why_not",
        )
    )
