"""Engines around a decoder: something that reads tokens and tells logits, in whatever library."""
