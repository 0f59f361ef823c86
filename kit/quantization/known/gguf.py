"""Methods of llama.cpp: GGUF files, written here and rounded by its own code."""

from __future__ import annotations

from kit.i18n import N_
from kit.quantization.gguf.names import mixed_method
from kit.quantization.registry import Method, register, register_family

_LOAD = "kit.quantization.gguf.load:load"
_MAKE = "kit.quantization.gguf.make:make"
_WHY_NOT = "kit.quantization.gguf.architecture:why_not"

# The mixtures are named as llama.cpp names them; rows that blocks of 256 do not divide get types with blocks of 32.
_PLAIN = {
    "gguf-bf16": (N_("bfloat16, llama.cpp"), 16, N_("Nothing is lost; what other GGUF files are compared with")),
    "gguf-f16": (N_("16-bit floats, llama.cpp"), 16, N_("Nothing is lost but what is too small or too large for it")),
    "gguf-q8_0": (N_("8-bit blocks (Q8_0), llama.cpp"), 8, N_("A scale for each 32 weights; tables too")),
    "gguf-q6_k": (N_("6-bit blocks (Q6_K), llama.cpp"), 6, N_("Scales of scales for each 256 weights; tables too")),
    "gguf-q5_k_m": (N_("5-bit blocks (Q5_K_M), llama.cpp"), 5, N_("Sensitive layers and the output in Q6_K")),
    "gguf-q4_k_m": (N_("4-bit blocks (Q4_K_M), llama.cpp"), 4, N_("Sensitive layers and the output in Q6_K")),
    "gguf-q4_0": (N_("4-bit blocks (Q4_0), llama.cpp"), 4, N_("A scale for each 32 weights; the output in Q6_K")),
}
_WEIGHED = {
    "gguf-q5_k_m-imatrix": (N_("5-bit blocks (Q5_K_M) with importance matrix, llama.cpp"), 5),
    "gguf-q4_k_m-imatrix": (N_("4-bit blocks (Q4_K_M) with importance matrix, llama.cpp"), 4),
    "gguf-q4_0-imatrix": (N_("4-bit blocks (Q4_0) with importance matrix, llama.cpp"), 4),
}

for _name, (_title, _bits, _note) in _PLAIN.items():
    register(
        Method(
            _name,
            _title,
            _LOAD,
            _bits,
            devices=("cpu",),
            packages=("xllamacpp",),
            extra="engines",
            note=_note,
            make=_MAKE,
            why_not=_WHY_NOT,
        )
    )
for _name, (_title, _bits) in _WEIGHED.items():
    register(
        Method(
            _name,
            _title,
            _LOAD,
            _bits,
            devices=("cpu",),
            packages=("xllamacpp",),
            extra="engines",
            note=N_("Rounded so that errors are small where your rows have large inputs"),
            make=_MAKE,
            calibrated=True,
            why_not=_WHY_NOT,
        )
    )
register_family("gguf-mixed-", mixed_method)
