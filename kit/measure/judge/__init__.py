"""A judge: another model, behind a URL, that gives each written answer a number."""

from kit.measure.judge.spec import JudgeSpec

__all__ = ["JudgeSpec"]
