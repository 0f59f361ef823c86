"""Distillation: a small model learns from a larger one, from what that expects or from what it answers."""

from kit.tuning.distill.spec import DistillSpec

__all__ = ["DistillSpec"]
