"""The command ``tunebook``."""

from kit.cli.command import main

__all__ = ["main"]
