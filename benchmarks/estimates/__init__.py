"""Predicted against measured: memory and speed of models of random weights, on this machine."""
