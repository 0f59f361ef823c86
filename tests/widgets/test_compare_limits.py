"""Limits on the trade-off: dragged, typed, kept, said."""

from __future__ import annotations

from typing import Any

import pytest
import tinyruns

from kit.widgets import ComparePanel


@pytest.fixture
def panel() -> ComparePanel:
    """A panel over a sweep of three methods."""
    return ComparePanel(tinyruns.sweep(), name="c")


def slider(page: Any, name: str) -> dict[str, Any]:
    """Return the line of a limit."""
    (found,) = page.all("g", role="slider", data_limit=name)
    return dict(found)


def test_limits_are_sliders_that_say_where_they_stand(panel: ComparePanel, read: type[Any]) -> None:
    off = slider(read(panel.html()), "acc")
    assert "data-off" in off
    assert off["aria-valuetext"] == "no limit on accuracy"
    panel.act("limit", {"name": "acc", "typed": 80})
    on = slider(read(panel.html()), "acc")
    assert "data-off" not in on
    assert (on["tabindex"], on["aria-valuenow"], on["aria-orientation"]) == ("0", "80", "vertical")
    assert on["aria-valuetext"] == "accuracy at least 0.80"
    assert float(on["aria-valuemin"]) < 80 < float(on["aria-valuemax"])


def test_a_sentence_names_who_meets_them_and_the_table_marks_them(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("limit", {"name": "acc", "typed": 80})
    page = read(panel.html())
    assert "2 of 3 variants meet your limits; the smallest is bf16." in page.text
    last = [cells[-1] for cells in page.rows()]
    assert [cell.startswith("✓ meets your limits") for cell in last] == [True, True, False]
    assert "accuracy 0.67 instead of 0.80" in last[2]
    assert [c["data-key"] for c in page.all("circle")] == ["pale-bnb-nf4"]


def test_the_same_is_typed_in_the_units_of_people(panel: ComparePanel) -> None:
    panel.act("set", **{"limit:acc": "80 %", "limit:e2el_s": "250", "limit:max_ram_mib": "1,2"})
    assert panel.desk.limits == pytest.approx({"acc": 0.8, "e2el_s": 0.25, "max_ram_mib": 1.2e9 / 2**20})
    panel.act("set", **{"limit:acc": ""})
    assert set(panel.desk.limits) == {"e2el_s", "max_ram_mib"}
    panel.act("nolimits")
    assert panel.desk.limits == {}


def test_what_is_no_number_is_refused_and_changes_nothing(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("limit", {"name": "acc", "typed": 80})
    panel.act("set", **{"limit:acc": "much"})
    assert panel.desk.limits == {"acc": 0.8}
    assert "must be a number in %" in read(panel.html()).all("div", role="alert")[0]["text"]


def test_a_field_that_shows_fewer_digits_changes_nothing(panel: ComparePanel) -> None:
    panel.desk.limits = {"acc": 0.81234}
    panel.act("set", **{"limit:acc": "81.2"})
    assert panel.desk.limits == {"acc": 0.81234}


def test_limits_are_found_again_and_stand_in_the_code(panel: ComparePanel) -> None:
    panel.act("limit", {"name": "e2el_s", "typed": 250})
    again = ComparePanel(panel.desk.sources.given[0], name="c")
    assert again.desk.limits == {"e2el_s": 0.25}
    code = again.desk.code()
    found: dict[str, Any] = {}
    exec(code.replace("'comparison.html'", "'/dev/null/x.html'").rpartition("kit.export_comparison")[0], found)
    assert found["limits"] == {"e2el_s": 0.25}
    assert [row.facts["method"].split(" ")[0] for row in found["kit"].within(found["rows"], found["limits"])] == [
        "bf16"
    ]


def test_a_limit_on_what_is_not_drawn_still_counts_and_has_its_field(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("limit", {"name": "file_size_mib", "typed": 0.2})
    page = read(panel.html())
    assert page.all("input", name="limit:file_size_mib")
    assert "1 of 3 variants meets your limits: bnb-nf4." in page.text


def test_other_metrics_are_chosen_for_the_axes(panel: ComparePanel, read: type[Any]) -> None:
    panel.act("set", quality="perplexity", cost="max_ram_mib")
    page = read(panel.html())
    assert {"perplexity", "max_ram_mib"} == {g["data-limit"] for g in page.all("g", role="slider")}
    assert "perplexity, lower is better" in page.all("svg", role="img")[0]["text"]
    panel.act("limit", {"name": "perplexity", "typed": 12})
    assert "2 of 3 variants meet" in read(panel.html()).text
    assert ComparePanel(panel.desk.sources.given[0], name="c").desk.drawn() == ("perplexity", "max_ram_mib")


def test_a_metric_that_rows_do_not_share_is_not_offered(panel: ComparePanel) -> None:
    del panel.desk.results()[0].metrics["perplexity"]
    assert panel.desk.qualities() == ["acc"]
    panel.act("set", quality="perplexity")
    assert panel.desk.drawn() == ("acc", "e2el_s")


@pytest.mark.parametrize("value", ["", 3, {"typed": 1}])
def test_a_limit_without_a_name_is_refused(panel: ComparePanel, value: Any) -> None:
    panel.act("limit", value)
    assert panel.desk.problem is not None
    assert panel.desk.limits == {}
