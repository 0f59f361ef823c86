"""Notebooks as apps: served by Voila, behind a token, without their code."""

from kit.apps.serve import App, serve, start_app
from kit.apps.settings import voila_arguments

__all__ = ["App", "serve", "start_app", "voila_arguments"]
