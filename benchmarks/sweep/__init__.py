"""The quantization lab beside other tools."""
