"""Verdicts: the words, the numbers they hold, and how they are shown."""

from __future__ import annotations

import json

import pytest

from kit.errors import ParameterError
from kit.measure.judging import verdict_of
from kit.measure.verdict import Verdict, reference_verdict


def _pair(n: int, only_new: int, only_reference: int) -> tuple[list[bool], list[bool]]:
    new = [True] * only_new + [False] * only_reference + [True] * (n - only_new - only_reference)
    reference = [False] * only_new + [True] * only_reference + [True] * (n - only_new - only_reference)
    return new, reference


@pytest.mark.parametrize(
    ("only_new", "only_reference", "seconds", "kind", "sentence"),
    [
        (2, 21, 0.5, "worse", "2.0× faster, 9.5 points worse (-14.7 to -5.3 points)"),
        (21, 2, 2.0, "better", "2.0× slower, 9.5 points better (+5.3 to +14.7 points)"),
        (5, 4, 1.1, "no evidence", "as fast, no evidence of a difference in accuracy (-2.9 to +4 points)"),
        (0, 0, 0.9, "no evidence", "as fast, no evidence of a difference in accuracy (-1.9 to +1.9 points)"),
        (2, 21, None, "worse", "9.5 points worse (-14.7 to -5.3 points)"),
    ],
)
def test_every_kind_of_sentence(
    only_new: int, only_reference: int, seconds: float | None, kind: str, sentence: str
) -> None:
    new, reference = _pair(200, only_new, only_reference)
    verdict = verdict_of(new, reference, seconds=seconds, reference_s=1.0)
    assert verdict.kind == kind
    assert verdict.sentence == sentence
    assert verdict.difference == verdict.delta_acc == pytest.approx((only_new - only_reference) / 200)
    assert verdict.low <= verdict.difference <= verdict.high
    assert verdict.speed_ratio == (None if seconds is None else pytest.approx(1 / seconds))
    assert (verdict.p_adjusted <= 0.05) == (kind in ("better", "worse"))
    assert (verdict.n, verdict.differing, verdict.test) == (200, only_new + only_reference, "exact McNemar")
    assert verdict.p_mid is not None
    assert verdict.p_mid <= verdict.p_value


def test_what_panels_and_older_results_read_is_there() -> None:
    values = json.loads(json.dumps(verdict_of(*_pair(200, 2, 21), seconds=1.0, reference_s=2.0).to_dict()))
    assert {name: values[name] for name in ("kind", "delta_acc", "speed_ratio")} == {
        "kind": "worse",
        "delta_acc": -0.095,
        "speed_ratio": 2.0,
    }
    assert values["delta_acc_low"] == values["low"] < values["delta_acc_high"] == values["high"] < 0
    assert values["sentence"].startswith("2.0× faster")
    assert values["p_value"] == pytest.approx(6.6e-5, rel=0.01)
    assert "slices" not in values


@pytest.mark.parametrize(("ratio", "words"), [(1.19, "as fast"), (1.21, "1.2× faster"), (1 / 1.21, "1.2× slower")])
def test_a_fifth_is_no_difference_in_speed(ratio: float, words: str) -> None:
    new, reference = _pair(50, 0, 0)
    assert verdict_of(new, reference, seconds=1.0, reference_s=ratio).sentence.startswith(words + ",")


def test_a_comparison_is_paired() -> None:
    """Equal accuracies, and equal answers, are two different things."""
    same = verdict_of([True, False] * 50, [True, False] * 50)
    crossed = verdict_of([True, False] * 50, [False, True] * 50)
    assert same.difference == crossed.difference == 0
    assert crossed.high > 4 * same.high


def test_rows_that_are_not_the_same_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"right=\[True, False\].*as many rows as reference has \(1\)"):
        verdict_of([True, False], [True])
    with pytest.raises(ParameterError, match="at least one"):
        verdict_of([], [])


def test_the_reference_is_itself() -> None:
    verdict = reference_verdict()
    assert (verdict.kind, verdict.sentence, verdict.speed_ratio) == ("reference", "reference", 1.0)
    assert repr(verdict) == "reference."


def test_many_comparisons_need_more_evidence_and_say_so() -> None:
    new, reference = _pair(200, 14, 3)
    alone, among = verdict_of(new, reference), verdict_of(new, reference, comparisons=12)
    assert (alone.kind, among.kind) == ("better", "no evidence")
    assert among.sentence.endswith("points, after correction for 12 comparisons)")
    assert among.low < 0 < alone.low
    assert among.p_value == alone.p_value
    assert among.p_adjusted == pytest.approx(12 * alone.p_adjusted)
    assert among.smallest is not None
    assert alone.smallest is not None
    assert among.smallest > alone.smallest


def test_it_shows_as_sentences() -> None:
    verdict = Verdict(
        kind="no evidence",
        difference=0.01,
        low=-0.02,
        high=0.04,
        p_value=0.5,
        sentence="no evidence of a difference in <accuracy>",
        n=1200,
        smallest=0.0412,
        name="a",
        reference="b",
    )
    seen = "So many rows would show a true difference of 4.1 points four times in five."
    said = f"a against b, 1,200 rows: no evidence of a difference in <accuracy>. {seen}"
    assert repr(verdict) == said
    assert verdict._repr_html_() == f"<p>{said.replace('<accuracy>', '&lt;accuracy&gt;')}</p>"


def test_slices_are_told_below_it() -> None:
    parts = [
        Verdict(kind=kind, difference=-x, low=-x, high=0, p_value=0.1, sentence="s", n=30, name=f"label={kind}{x}")
        for kind, x in (("worse", 0.1), ("worse", 0.2), ("no evidence", 0.3))
    ]
    whole = Verdict(kind="worse", difference=-0.1, low=-0.2, high=0, p_value=0.01, sentence="w", slices=tuple(parts))
    assert whole.worst is parts[1]
    assert repr(whole).splitlines() == [
        "w.",
        "  label=worse0.1, 30 rows: s.",
        "  label=worse0.2, 30 rows: s.",
        "  label=no evidence0.3, 30 rows: s.",
        "The worst slice is label=worse0.2.",
    ]
    assert "<li>label=worse0.2, 30 rows: s.</li>" in whole._repr_html_()
    calm = Verdict(kind="worse", difference=0, low=0, high=0, p_value=1, sentence="w", slices=(parts[2],))
    assert calm.worst is None
    assert repr(calm).endswith("No slice stands out as worse.")
    assert [each["name"] for each in whole.to_dict()["slices"]] == [each.name for each in parts]
