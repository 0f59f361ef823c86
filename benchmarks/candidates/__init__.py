"""Servers that could stand behind the model service, side by side on this machine's processor."""
