"""What steps show: plain text and HTML in which no text is taken for markup."""

from __future__ import annotations

from kit.jobs.bar import left_words
from kit.jobs.state import Status
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet, step
from kit.verticals.watching import bar


def test_a_report_says_the_same_in_text_and_html() -> None:
    report = Report(
        title="T",
        sentence="It is <b> so.",
        facts=(("Rows", "12"), ("Longest name", "x")),
        table=(("a", "b"), ("1", "two & two")),
        notes=("Mind this.",),
    )
    assert repr(report).splitlines() == [
        "T: It is <b> so.",
        "  Rows          12",
        "  Longest name  x",
        "  a  b",
        "  1  two & two",
        "  Mind this.",
    ]
    page = report._repr_html_()
    assert "It is &lt;b&gt; so." in page
    assert "two &amp; two" in page
    assert page.count("<th") == 2 + page.count("<thead")


def test_what_is_missing_becomes_a_report() -> None:
    @step("Rings")
    def rings(known: bool) -> Report:
        if not known:
            raise NotYet
        return Report(title="Rings", sentence="Three.")

    assert rings(True).sentence == "Three."
    missing = rings(False)
    assert (missing.title, missing.missing) == ("Rings", True)
    assert "the owner runs this notebook once" in missing.sentence


def test_a_bar_tells_how_far_it_is() -> None:
    status = Status()
    status.add({"kind": "state", "state": "running", "t": 1.0})
    for done in range(6):
        status.add(
            {"kind": "progress", "phase": "training", "done": done, "total": 10, "unit": "steps", "t": 1.0 + done}
        )
    shown = bar("finance: <tune>", status)
    assert "finance: &lt;tune&gt;" in shown
    assert 'value="0.500"' in shown
    assert "5/10 steps" in shown
    assert left_words(status) in shown
