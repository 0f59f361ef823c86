"""The panel that tunes a model."""
