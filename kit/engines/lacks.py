"""Which engines run models on this machine, and what each lacks."""

from __future__ import annotations

from kit.i18n import N_
from kit.machine.lacks import Lack, package_lack, troublemakers

EXTRA = "engines"  # of Tunebook, which brings all but Transformers

# By name: what people call them, and the packages they need to read models that were made before.
ENGINES = {
    "transformers": (N_("Transformers"), ("torch", "transformers")),
    "llama.cpp": (N_("llama.cpp"), ("xllamacpp",)),
    "onnxruntime": (N_("ONNX Runtime"), ("onnxruntime",)),
    "openvino": (N_("OpenVINO"), ("openvino",)),
}


def engine_lacks(name: str) -> list[Lack]:
    """Return what keeps the engine `name` from running here; nothing when it runs."""
    _title, packages = ENGINES[name]
    extra = None if name == "transformers" else EXTRA
    found = [package_lack(package, extra=extra) for package in packages]
    return [*(lack for lack in found if lack is not None), *troublemakers()]
