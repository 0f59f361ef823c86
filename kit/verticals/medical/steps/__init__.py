"""The steps that the medical vertical has of its own."""
