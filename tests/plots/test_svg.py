"""A figure inside a page: text, variables, nothing that leaks, an alternative for who cannot see it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from xml.etree import ElementTree

from kit import plots
from kit.plots.style import DARK, LIGHT, axes, describe, figure, inks
from kit.result import Result

CURVES = {"loss": [(1, 1.0), (2, 0.6)], "validation_loss": [(2, 0.7)]}


def test_colours_are_the_variables_of_the_page_with_a_fall_back() -> None:
    text = plots.svg(plots.losses(CURVES))
    assert f"var(--tb-s1, {LIGHT.s1})" in text
    bare = re.sub(r"var\(--tb-\w+, #[0-9a-f]{6}\)", "", text)
    assert not re.search(r"#[0-9a-f]{6}\b", bare)


def test_a_dark_figure_uses_the_same_variables() -> None:
    text = plots.svg(plots.losses(CURVES, dark=True))
    assert f"var(--tb-s1, {DARK.s1})" in text


def test_no_style_sheet_no_metadata_and_no_font_of_its_own_leave_the_figure() -> None:
    text = plots.svg(plots.losses(CURVES))
    assert "<style" not in text
    assert "metadata" not in text
    assert "font-family" not in text


def test_ids_of_two_figures_in_one_page_differ_and_every_reference_is_met() -> None:
    texts = [plots.svg(plots.losses(CURVES)), plots.svg(plots.losses({"loss": [(1, 3.0), (9, 2.0)]}))]
    ids = [re.findall(r'\bid="([^"]+)"', text) for text in texts]
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])
    for text, own in zip(texts, ids, strict=True):
        asked = re.findall(r"url\(#([^)]+)\)", text) + re.findall(r'href="#([^"]+)"', text)
        assert set(asked) <= set(own)


def test_the_same_figure_gives_the_same_text() -> None:
    assert plots.svg(plots.losses(CURVES)) == plots.svg(plots.losses(CURVES))


def test_it_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(plots.svg(plots.losses(CURVES, total=10)))
    assert root.get("role") == "img"
    assert root.findtext("title") == "Loss over steps"
    told = root.findtext("desc") or ""
    assert "1.0 at step 1 to 0.60 at step 2" in told
    assert told in (root.get("aria-label") or "")


def test_hostile_words_stay_words(part: Callable[..., Result]) -> None:
    name = "<script>alert('$x$')</script>"
    text = plots.svg(plots.tradeoff([part(name, 0.8, 0.1), part("b", 0.7, 0.2)]))
    assert "<script" not in text
    told = [e.text or "" for e in ElementTree.fromstring(text).iter() if e.tag.endswith("text")]
    assert name in told


def test_marks_tell_their_facts_when_pointed_at(part: Callable[..., Result]) -> None:
    text = plots.svg(plots.tradeoff([part("bf16", 0.81, 0.1), part("nf4", 0.74, 0.05)]))
    titles = [e.text or "" for e in ElementTree.fromstring(text).iter() if e.tag.endswith("title")]
    assert any(t.startswith("bf16: accuracy 0.81 ± .04, time per answer 100 ms") for t in titles)


def test_any_figure_can_be_shown() -> None:
    made = figure(200, 100)
    axes(made, (20, 20, 20, 20), inks(False))
    describe(made, "A <title>", "words & more")
    root = ElementTree.fromstring(plots.svg(made))
    assert root.findtext("title") == "A <title>"
    assert "height: 100px" in (root.get("style") or "")


def test_drawing_needs_no_pyplot_and_importing_no_matplotlib() -> None:
    code = (
        "import sys, kit.plots as p\n"
        "assert 'matplotlib' not in sys.modules\n"
        "p.svg(p.losses({'loss': [(1, 1.0)]}))\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
