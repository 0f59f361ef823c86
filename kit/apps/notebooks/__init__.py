"""Notebooks that are written rather than typed: from runs, from a few answers, from templates."""

from kit.apps.notebooks.compared import KINDS, comparison_notebook
from kit.apps.notebooks.experiment import GOALS, TASKS, experiment_notebook
from kit.apps.notebooks.panel import PANELS, PanelCell
from kit.apps.notebooks.rerun import code_of, rerun_notebook
from kit.apps.notebooks.template import Template, copy_template, templates

__all__ = [
    "GOALS",
    "KINDS",
    "PANELS",
    "TASKS",
    "PanelCell",
    "Template",
    "code_of",
    "comparison_notebook",
    "copy_template",
    "experiment_notebook",
    "rerun_notebook",
    "templates",
]
