"""Two variants row by row."""

from __future__ import annotations

from typing import Any

import pytest
import tinyruns

from kit.widgets import ComparePanel


@pytest.fixture
def panel() -> ComparePanel:
    """A panel that is open on what the third variant got wrong that the first got right."""
    panel = ComparePanel(tinyruns.sweep(), name="c")
    panel.act("set", left="fp32", right="bnb-nf4")
    panel.act("examples")
    return panel


def shown(page: Any) -> list[list[str]]:
    """Return the cells of the rows that are shown."""
    page.elements = page.elements[next(i for i, e in enumerate(page.elements) if e.get("data-key") == "rows") :]
    end = next(i for i, e in enumerate(page.elements) if i and e["tag"] in ("details", "form", "textarea"))
    page.elements = page.elements[:end]
    return list(page.rows())


def test_nothing_is_read_before_it_is_opened() -> None:
    panel = ComparePanel(tinyruns.sweep())
    panel.html()
    assert panel.desk.examples.scored == ""


def test_it_shows_what_one_got_wrong_that_the_other_got_right(panel: ComparePanel, read: type[Any]) -> None:
    page = read(panel.html())
    assert "fp32 right, bnb-nf4 wrong (17)" in page.text  # even rows from 6 to 38
    rows = shown(page)
    assert len(rows) == 17
    text, gold, first, second = rows[0]
    assert "payment" in text
    assert gold == "hold"
    assert first.startswith("✓ hold")
    assert second.startswith("✗ pay")
    assert second.endswith("% sure")


def test_the_surest_mistakes_come_first(panel: ComparePanel) -> None:
    panel.html()
    sure = [pair.second_share or 0 for pair in panel.desk.examples.found()]
    assert sure == sorted(sure, reverse=True)


def test_a_sentence_says_what_the_rows_come_to(panel: ComparePanel, read: type[Any]) -> None:
    text = read(panel.html()).text
    assert "bnb-nf4 against fp32, 60 rows: " in text
    assert "23.3 points worse" in text


def test_the_other_way_round_and_the_other_kinds(panel: ComparePanel, read: type[Any]) -> None:
    for which, n in (("second", 3), ("neither", 3), ("both", 37), ("all", 60), ("differ", 20)):
        panel.act("set", which=which)
        page = read(panel.html())
        assert len(panel.desk.examples.found()) == n
        assert page.all("option", value=which)[0]["text"].endswith(f"({n})")


def test_long_lists_are_turned_page_by_page(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("set", which="all")
    page = read(panel.html())
    assert "page 1 of 3" in page.text
    assert page.all("button", value="-1")[0]["aria-disabled"] == "true"
    seen = [cells[0] for cells in shown(page)]
    for _turn in range(2):
        panel.act("turn", "1")
        seen += [cells[0] for cells in shown(read(panel.html()))]
    assert len(set(seen)) == tinyruns.ROWS
    panel.act("turn", "1")  # there is none
    assert "page 3 of 3" in read(panel.html()).text
    panel.act("set", which="first")
    assert panel.desk.examples.page == 0


def test_words_narrow_the_rows(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("set", which="all", words="WIRE payment")
    assert all("wire" in cells[0] for cells in shown(read(panel.html())))
    panel.act("set", words="nothing like it")
    assert "No such row." in read(panel.html()).text


def test_groups_of_rows_stand_in_a_table_with_the_worst_named(panel: ComparePanel, read: type[Any]) -> None:
    page = read(panel.html())
    (details,) = [e for e in page.all("details") if e.get("data-key") == "slices"]
    assert "worst is label = hold" in details["text"]
    assert "channel = card" in details["text"]


def test_without_records_it_says_what_to_do(read: type[Any]) -> None:
    run = tinyruns.sweep()
    (run.folder / "artifacts" / "rows-fp32.jsonl").unlink()
    panel = ComparePanel(run)
    panel.act("examples")
    text = read(panel.html()).text
    assert "cannot be read" in text
    assert "Evaluate again." in text


def test_the_same_variant_twice_is_no_comparison(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("set", right="fp32")
    assert "Choose two different variants." in read(panel.html()).text


def test_markup_in_rows_is_text(panel: ComparePanel) -> None:
    assert "&lt;to&gt; a new payee" in panel.html()
