"""A figure as notebooks show it: SVG in the colours of the page's theme, with its text alternative."""

from __future__ import annotations

from dataclasses import asdict

from matplotlib.figure import Figure

from kit.plots.style import DARK, FONT, LIGHT, Inks
from kit.plots.svg import svg

# Of JupyterLab and Voila, and of the two other places that say on their body that they are dark.
_DARK_PAGES = ('[data-jp-theme-light="false"]', ".theme-dark", ".vscode-dark", '[data-theme="dark"]')


class ShownFigure(Figure):
    """A matplotlib figure; where a page cannot show SVG, its PNG is shown as that of any other figure."""

    def _repr_html_(self) -> str:
        width = self.get_size_inches()[0] * 72
        font = f"font: {FONT:g}px var(--jp-ui-font-family, system-ui, sans-serif)"
        dark = ", ".join(f"{page} .tb-figure" for page in _DARK_PAGES)
        sheet = f".tb-figure {{ {_variables(LIGHT)} {font} }} {dark} {{ {_variables(DARK)} }}"
        return f'<div class="tb-figure" style="max-width: {width:.0f}px"><style>{sheet}</style>{svg(self)}</div>'


def _variables(colours: Inks) -> str:
    return " ".join(f"--tb-{role}: {colour};" for role, colour in asdict(colours).items())
