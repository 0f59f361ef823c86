"""Figures in a notebook: SVG that follows the theme, and PNG still."""

from __future__ import annotations

import io
from xml.etree import ElementTree

from kit import plots
from kit.plots.style import DARK, LIGHT, roles


def test_a_notebook_gets_svg_with_the_colours_of_both_themes() -> None:
    shown = plots.predictions(["smollm2-135m-instruct"], ["bf16"], width=500)._repr_html_() or ""
    root = ElementTree.fromstring(shown)
    sheet, drawn = root
    assert root.get("style") == "max-width: 500px"
    light, dark = (sheet.text or "").split("}")[:2]
    assert f"--tb-ink: {LIGHT.ink};" in light
    assert f"--tb-ink: {DARK.ink};" in dark
    assert '[data-jp-theme-light="false"] .tb-figure' in dark
    used = {role for role in set(roles().values()) if f"var(--tb-{role}," in shown}
    assert used >= {"ink", "ink2", "s1"}
    assert drawn.get("aria-label", "").startswith("Predicted memory and speed. SmolLM2 135M Instruct bf16:")


def test_it_is_still_a_picture() -> None:
    stream = io.BytesIO()
    plots.predictions(["smollm2-135m-instruct"], ["bf16"]).savefig(stream, format="png")
    assert stream.getvalue().startswith(b"\x89PNG")
