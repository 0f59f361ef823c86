"""The passes of an evaluation, each a module with one function: what it finds, each done once."""

from kit.measure.passes.evaluation import Evaluation
from kit.measure.passes.order import kept, measure
from kit.measure.passes.reference import prepare

__all__ = ["Evaluation", "kept", "measure", "prepare"]
