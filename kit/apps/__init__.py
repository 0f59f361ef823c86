"""Notebooks as Voila apps, behind a token, without their code; and as bundles that run elsewhere."""

from kit.apps.publish import PublishSpec
from kit.apps.serve import App, serve, start_app
from kit.apps.settings import voila_arguments

__all__ = ["App", "PublishSpec", "serve", "start_app", "voila_arguments"]
