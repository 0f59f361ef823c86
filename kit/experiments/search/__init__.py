"""A search of hyper-parameters: many tunings, each in a process of its own, and which leads furthest."""

from kit.experiments.search.spec import SearchSpec

__all__ = ["SearchSpec"]
