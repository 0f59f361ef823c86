"""The panel that tells what this machine is, how fast, and what runs on it."""
