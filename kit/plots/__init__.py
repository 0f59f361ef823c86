"""Figures, tables and cards from results, for scripts and panels: matplotlib without its global state."""

from kit.plots.accuracy import accuracy_and_latency
from kit.plots.accuracy_curve import accuracy_curve
from kit.plots.before_failure import before_failure
from kit.plots.beside import beside
from kit.plots.card import card
from kit.plots.confusion import confusion
from kit.plots.coverage import coverage_curve
from kit.plots.differences import differences
from kit.plots.divergence import divergence
from kit.plots.export import export_comparison
from kit.plots.lead_times import lead_times
from kit.plots.learning_curve import learning_curve
from kit.plots.learning_rates import learning_rates
from kit.plots.limits import within
from kit.plots.loss import losses
from kit.plots.pareto import pareto
from kit.plots.predictions import predictions
from kit.plots.price import price_curves
from kit.plots.recall import recall_curves
from kit.plots.reliability import reliability
from kit.plots.shares import shares
from kit.plots.svg import svg
from kit.plots.swings import swings
from kit.plots.trade import tradeoff

__all__ = [
    "accuracy_and_latency",
    "accuracy_curve",
    "before_failure",
    "beside",
    "card",
    "confusion",
    "coverage_curve",
    "differences",
    "divergence",
    "export_comparison",
    "lead_times",
    "learning_curve",
    "learning_rates",
    "losses",
    "pareto",
    "predictions",
    "price_curves",
    "recall_curves",
    "reliability",
    "shares",
    "svg",
    "swings",
    "tradeoff",
    "within",
]
