"""Panels that can be put into a notebook, each as one cell."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_


@dataclass(frozen=True)
class PanelCell:
    """A panel as a menu offers it: the name of its class, a title marked for translation, and one cell of code."""

    name: str
    title: str
    code: str


_DATA = 'data = kit.load_data("finance-alerts", limit=400)\ntrain, test = data.split()'

PANELS = (
    PanelCell("ModelPicker", N_("Choose a model"), "import kit\n\npicker = kit.ModelPicker()\npicker"),
    PanelCell("DataPanel", N_("Look at data before a model does"), "import kit\n\npanel = kit.DataPanel()\npanel"),
    PanelCell(
        "TunePanel",
        N_("Tune a model"),
        f'import kit\n\n{_DATA}\ntune = kit.TunePanel("smollm2-135m-instruct", train)\ntune',
    ),
    PanelCell(
        "SweepPanel",
        N_("Squeeze a model and measure it"),
        f'import kit\n\n{_DATA}\nsweep = kit.SweepPanel("smollm2-135m-instruct", test)\nsweep',
    ),
    PanelCell(
        "ComparePanel",
        N_("Compare what a sweep found"),
        f'import kit\n\n{_DATA}\nsweep = kit.SweepPanel("smollm2-135m-instruct", test)\n'
        "compare = kit.ComparePanel(sweep)\nkit.columns(sweep, compare)",
    ),
    PanelCell("Playground", N_("Talk to a model"), 'import kit\n\nkit.Playground("smollm2-135m-instruct")'),
    PanelCell("RunsPanel", N_("All runs on this machine"), "import kit\n\nkit.RunsPanel()"),
)
