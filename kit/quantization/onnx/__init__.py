"""Graphs for ONNX Runtime: written by its model builder, weights rounded for its own products of few bits."""
