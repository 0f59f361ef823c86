"""OpenVINO as an engine: it reads graphs that `kit.quantization.openvino` has written."""
