"""Which engine runs which way of holding weights: a format belongs to the engine that reads it. Light."""

from __future__ import annotations

TRANSFORMERS = "transformers"

# By the beginning of a method's name; all others are PyTorch modules, which Transformers runs.
_HOMES = {"gguf-": "llama.cpp", "onnx-": "onnxruntime", "openvino-": "openvino"}

ENGINES = (TRANSFORMERS, *_HOMES.values())


def home(method: str) -> str:
    """Return the engine that runs `method`, known or not."""
    return next((engine for start, engine in _HOMES.items() if method.startswith(start)), TRANSFORMERS)
