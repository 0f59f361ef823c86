"""Methods of ONNX Runtime: graphs that its model builder writes."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.registry import Method, register

_METHODS = {
    "onnx-fp32": (N_("32-bit floats, ONNX Runtime"), 32, N_("Nothing is lost; what the other ONNX graphs are made of")),
    "onnx-int8": (
        N_("8-bit blocks, ONNX Runtime"),
        8,
        N_("A scale for each 32 weights, products of 8-bit integers; tables too"),
    ),
    "onnx-int4": (
        N_("4-bit blocks, ONNX Runtime"),
        4,
        N_("A scale for each 32 weights, products of 8-bit integers; tables keep 8 bits"),
    ),
}

for _name, (_title, _bits, _note) in _METHODS.items():
    register(
        Method(
            _name,
            _title,
            "kit.quantization.onnx.load:load",
            _bits,
            devices=("cpu",),
            packages=("onnxruntime", "onnxruntime_genai", "onnx", "onnx_ir"),
            extra="engines",
            note=_note,
            make="kit.quantization.onnx.make:make",
            why_not="kit.quantization.onnx.reads:why_not",
        )
    )
