"""Quantization-aware training: LoRA that sees its model rounded as it will be held afterwards."""
