"""Layers in fewer passes over memory, each found by what it is and tried before it is used."""
