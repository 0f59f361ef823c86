"""The automatic search for models and methods, on measurements."""

from kit.experiments.auto.spec import AutoSpec

__all__ = ["AutoSpec"]
