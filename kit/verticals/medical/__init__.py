"""Medical: questions of a specialty from few labelled examples, and when to say "not sure: ask a clinician"."""

from kit.verticals.medical.bundle import data_card
from kit.verticals.medical.case import MedicalCase, case

__all__ = ["MedicalCase", "case", "data_card"]
