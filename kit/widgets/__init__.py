"""Panels: choose, tune, sweep and compare with the mouse; each shows the code that does the same."""

from kit.widgets.columns import columns
from kit.widgets.comparing.panel import ComparePanel
from kit.widgets.consulting.panel import ConsultPanel
from kit.widgets.gating.panel import DataPanel
from kit.widgets.machine.panel import MachineCard
from kit.widgets.picking.panel import ModelPicker
from kit.widgets.playing.panel import Playground
from kit.widgets.running.panel import RunsPanel
from kit.widgets.sweeping.panel import SweepPanel
from kit.widgets.triaging.panel import TriagePanel
from kit.widgets.tuning.panel import TunePanel
from kit.widgets.watching.panel import MachinePanel

__all__ = [
    "ComparePanel",
    "ConsultPanel",
    "DataPanel",
    "MachineCard",
    "MachinePanel",
    "ModelPicker",
    "Playground",
    "RunsPanel",
    "SweepPanel",
    "TriagePanel",
    "TunePanel",
    "columns",
]
