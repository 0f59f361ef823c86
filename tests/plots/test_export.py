"""A comparison as a file."""

from __future__ import annotations

import csv
import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kit import export_comparison
from kit.errors import ParameterError
from kit.plots.comma import comparison_csv
from kit.result import Result


@pytest.fixture
def rows(part: Callable[..., Result]) -> list[Result]:
    """Two variants."""
    return [part("fp32", 0.82, 0.4, 1600), part("bf16", 0.81, 0.2, 800)]


def test_a_table_has_every_number_in_full(rows: list[Result], tmp_path: Path) -> None:
    rows[1].metrics["acc"] = 0.8123456789
    path = export_comparison(rows, tmp_path / "new" / "c.csv", limits={"e2el_s": 0.3})
    with path.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["variant"], first["max_ram_mib"], first["meets_limits"]) == ("fp32", "1600", "no")
    assert (float(second["acc"]), second["meets_limits"]) == (0.8123456789, "yes")
    assert float(second["e2el_s_p50"]) == pytest.approx(0.2)
    assert float(second["e2el_s_p95"]) == pytest.approx(0.254)


def test_a_name_is_no_formula_and_odd_names_survive(part: Callable[..., Result]) -> None:
    text = comparison_csv([part('=HYPERLINK("x")', 0.8, 0.1), part('a, "b"\nc', 0.8, 0.1)])
    names = [row["variant"] for row in csv.DictReader(text.splitlines(keepends=True))]
    assert names == ['\'=HYPERLINK("x")', 'a, "b"\nc']


def test_a_picture_shows_both_figures_and_keeps_its_text(rows: list[Result], tmp_path: Path) -> None:
    path = export_comparison(rows, tmp_path / "c.svg", limits={"acc": 0.8})
    text = " ".join(ElementTree.parse(path).getroot().itertext())
    assert {"fp32", "bf16", "≥ 0.80", "time per answer, p50 to p95"} <= {each.strip() for each in text.split("\n")}


def test_a_png_is_one_and_sharp(rows: list[Result], tmp_path: Path) -> None:
    content = export_comparison(rows, tmp_path / "c.png", width=600).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">I", content[16:20])[0] == 1500


@pytest.mark.parametrize("name", ["c.pdf", "c"])
def test_other_endings_are_refused(rows: list[Result], name: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"\.png, \.svg, \.csv, \.html"):
        export_comparison(rows, tmp_path / name)
