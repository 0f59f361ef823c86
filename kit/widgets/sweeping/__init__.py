"""The panel that sweeps over quantization methods."""
