"""Panels that ask a model ask the service: found, started, asked in a thread, asked again where it stopped."""
