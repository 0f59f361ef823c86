"""Notebooks as Voila apps, behind a token, without their code (`serve`); and as bundles that run elsewhere."""

from kit.apps.publish import PublishSpec

__all__ = ["PublishSpec"]
