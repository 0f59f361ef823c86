"""The run card."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import tinyruns

import kit
from kit.errors import ParameterError
from kit.result import Result


def text_of(page: str) -> str:
    """Return what can be read on a page."""
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(page.partition("</style>")[2])
    return " ".join(" ".join(found).split())


def test_it_says_what_was_measured_where_and_how_to_do_it_again(tmp_path: Path) -> None:
    run = tinyruns.sweep()
    text = text_of(kit.card(run, tmp_path / "card.html", limits={"acc": 0.8}).read_text(encoding="utf-8"))
    assert "m · alerts.jsonl" in text
    assert "3 variants, each measured on 60 rows." in text
    assert "2 of 3 variants meet your limits; the smallest is bf16. (accuracy at least 0.80)" in text
    assert re.search(r"bf16 0\.90 ± \.08 ", text)
    assert "200 ms" in text
    assert "0.84 GB" in text
    assert "hash of the rows h" in text
    assert "2 cores · 8.4 GB · no GPU" in text
    code = text[text.index("import kit") : text.index("± is half")]
    assert code.split() == f"import kit run = kit.start({run.spec.code()})".split()


def test_it_stands_alone(tmp_path: Path) -> None:
    page = kit.card(tinyruns.sweep(), tmp_path / "card.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)|url\((?!#)|@import|https?://(?!www\.w3\.org)", page)


def test_an_evaluation_a_tuning_and_rows_of_several_runs_have_one(tmp_path: Path) -> None:
    lone = text_of(kit.card(tinyruns.evaluation(), tmp_path / "e.html").read_text(encoding="utf-8"))
    assert "Measured on 60 rows." in lone
    assert "fp16 0.95" in lone
    tuned = text_of(kit.card(tinyruns.tuning(), tmp_path / "t.html").read_text(encoding="utf-8"))
    assert "Tuned on 200 rows" in tuned
    assert "validation accuracy 0.90" in tuned
    runs = tinyruns.sweep(), tinyruns.evaluation()
    both = text_of(kit.card(kit.beside(*runs), tmp_path / "b.html").read_text(encoding="utf-8"))
    assert all(run.id in both for run in runs)
    assert [both.count(f"kit.{kind}Spec(") for kind in ("Sweep", "Evaluate")] == [1, 1]
    rows = kit.beside(*runs)
    for run in runs:
        run.delete()
    again = text_of(kit.card(rows, tmp_path / "b.html").read_text(encoding="utf-8"))
    assert again.count("kit.EvaluateSpec(") == 3
    assert "and 1 more of the same kind" in again


def test_what_people_wrote_is_text(tmp_path: Path) -> None:
    run = tinyruns.evaluation()
    result = run.result
    result.facts["method"] = "<script>alert(1)</script>"
    assert "<script" not in kit.card(result, tmp_path / "x.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "name"), [(3, "c.html"), ([], "c.html"), (Result(spec={}), "c.html"), (None, "c.pdf")]
)
def test_what_has_no_card_is_refused(source: Any, name: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError):
        kit.card(source, tmp_path / name)


def test_what_was_predicted_stands_beside_what_was_measured(tmp_path: Path) -> None:
    rows = tinyruns.sweep().result.parts
    told = [dataclasses.replace(row, facts={**row.facts, "foretold": {"max_ram_mib": 700.0}}) for row in rows]
    text = text_of(kit.card(told, tmp_path / "card.html").read_text(encoding="utf-8"))
    assert text.count("0.84 GB predicted 0.73 GB") == 1
    assert text.count("predicted 0.73 GB") == len(told)
