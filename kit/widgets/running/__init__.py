"""The panel that lists all runs on this machine."""
