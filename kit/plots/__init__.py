"""Figures, tables and cards from results, for scripts and panels: matplotlib without its global state."""

from kit.plots.accuracy import accuracy_and_latency
from kit.plots.accuracy_curve import accuracy_curve
from kit.plots.beside import beside
from kit.plots.card import card
from kit.plots.confusion import confusion
from kit.plots.differences import differences
from kit.plots.divergence import divergence
from kit.plots.export import export_comparison
from kit.plots.learning_rates import learning_rates
from kit.plots.limits import within
from kit.plots.loss import losses
from kit.plots.pareto import pareto
from kit.plots.predictions import predictions
from kit.plots.reliability import reliability
from kit.plots.svg import svg
from kit.plots.trade import tradeoff

__all__ = [
    "accuracy_and_latency",
    "accuracy_curve",
    "beside",
    "card",
    "confusion",
    "differences",
    "divergence",
    "export_comparison",
    "learning_rates",
    "losses",
    "pareto",
    "predictions",
    "reliability",
    "svg",
    "tradeoff",
    "within",
]
