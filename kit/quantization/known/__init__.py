"""Every method that comes with Tunebook, family by family; importing this registers them, in this order."""

# isort: off
from kit.quantization.known import plain, bnb
from kit.quantization.known import ao, torch, hqq, calibrated
from kit.quantization.known import gguf, onnx, openvino
# isort: on

__all__ = ["ao", "bnb", "calibrated", "gguf", "hqq", "onnx", "openvino", "plain", "torch"]
