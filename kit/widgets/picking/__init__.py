"""The panel that chooses a model."""
