"""Every method that comes with Tunebook, family by family; importing this registers them, in this order."""

from kit.quantization.known import ao, bnb, calibrated, gguf, hqq, onnx, openvino, plain, torch

__all__ = ["ao", "bnb", "calibrated", "gguf", "hqq", "onnx", "openvino", "plain", "torch"]
