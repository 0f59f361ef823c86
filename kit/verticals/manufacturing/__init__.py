"""Manufacturing: which machine fails next and how, from readings and work orders; alarms that a technician reads."""

from kit.verticals.manufacturing.bundle import data_card
from kit.verticals.manufacturing.case import MachineCase, case
from kit.verticals.manufacturing.kept_files import decisions, watched

__all__ = ["MachineCase", "case", "data_card", "decisions", "watched"]
