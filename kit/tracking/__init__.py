"""MLflow: runs mirrored live, and versions of tuned models to share."""

from kit.models.version import RegisteredModel
from kit.tracking.version import load, register

__all__ = ["RegisteredModel", "load", "register"]
