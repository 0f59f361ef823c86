"""ONNX Runtime as an engine: it reads graphs that `kit.quantization.onnx` has written."""
