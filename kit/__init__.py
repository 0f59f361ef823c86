"""Tunebook: choose, tune, squeeze, compare and publish open language models in notebooks."""
