"""Which rows two evaluations have in common."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scored import scored

from kit.errors import KitError, ParameterError, UnknownNameError
from kit.measure.pairing import metrics_of, pair
from kit.measure.record import read_records
from kit.result import Result

ASKED = ["a", "b", "c", "d"]


def test_rows_are_paired_by_what_was_asked(tmp_path: Path) -> None:
    new = scored(tmp_path / "new", {"acc": [1, 1, 0, 0]}, asked=ASKED)
    reference = scored(tmp_path / "old", {"acc": [0, 1, 0, 1]}, asked=["d", "c", "b", "a"])
    found = pair(new, reference)
    assert (found.new.tolist(), found.reference.tolist()) == ([1, 1, 0, 0], [1, 0, 1, 0])
    assert [record.text for record in found.records] == ASKED
    assert found.scores == (0.5, 0.5)


def test_rows_asked_alike_are_told_apart_by_their_order(tmp_path: Path) -> None:
    new = scored(tmp_path / "new", {"acc": [1, 0, 0]}, asked=["a", "a", "b"])
    reference = scored(tmp_path / "old", {"acc": [1, 1, 0]}, asked=["a", "b", "a"])
    found = pair(new, reference)
    assert (found.new.tolist(), found.reference.tolist()) == ([1, 0, 0], [1, 0, 1])


def test_other_rows_are_refused_and_counted(tmp_path: Path) -> None:
    new = scored(tmp_path / "new", {"acc": [1, 1, 0]}, asked=["a", "b", "x"], data="one")
    reference = scored(tmp_path / "old", {"acc": [0, 1, 0, 1]}, asked=ASKED, data="other")
    with pytest.raises(KitError, match=r'Of 3 rows and 4, 2 were asked alike in both.*those 2 only: rows="common"'):
        pair(new, reference)
    found = pair(new, reference, rows="common")
    assert (found.new.tolist(), found.reference.tolist()) == ([1, 1], [0, 1])
    strange = scored(tmp_path / "strange", {"acc": [1]}, asked=["z"], data="third")
    with pytest.raises(KitError, match=r"0 were asked alike in both. Evaluate both on the same data"):
        pair(new, strange, rows="common")


def test_the_same_rows_asked_differently_are_paired_by_place(tmp_path: Path) -> None:
    gold = list("wxyz")
    new = scored(tmp_path / "new", {"acc": [1, 1, 0, 0]}, asked=["Q: " + x for x in ASKED], gold=gold)
    reference = scored(tmp_path / "old", {"acc": [0, 1, 0, 1]}, asked=ASKED, gold=gold)
    with pytest.raises(KitError, match=r'The data are the same, but instruction, examples.*rows="place"'):
        pair(new, reference)
    assert pair(new, reference, rows="place").reference.tolist() == [0, 1, 0, 1]
    elsewhere = dataclasses.replace(reference, provenance={"data_hash": "other"})
    with pytest.raises(KitError, match="place of a row tells nothing"):
        pair(new, elsewhere, rows="place")


def test_a_metric_that_both_have(tmp_path: Path) -> None:
    labels = ("no", "yes")
    choice = {"gold": ["no", "yes"], "answers": ["no", "no"], "logprobs": [[-0.1, -2.5], [-0.3, -1.5]]}
    new = scored(tmp_path / "new", {"acc": [1, 0], "f1": [1, 0.2]}, labels=labels, asked=["a", "b"], **choice)  # type: ignore[arg-type]
    old = scored(tmp_path / "old", {"f1": [0.5, 0.5], "acc": [0, 1]}, labels=labels, asked=["a", "b"], **choice)  # type: ignore[arg-type]
    assert metrics_of(read_records(new), labels) == ["acc", "f1", "macro_f1", "logprob"]
    assert pair(new, old).metric == "acc"
    assert pair(new, old, metric="f1").reference.tolist() == [0.5, 0.5]
    assert pair(new, old, metric="logprob").new.tolist() == [-0.1, -1.5]
    classes = pair(new, old, metric="macro_f1")
    assert classes.gold is not None
    assert (classes.gold.tolist(), classes.new.tolist()) == ([0, 1], [0, 0])
    assert classes.scores[0] == pytest.approx(1 / 3)  # F1 of "no" is 2/3, of "yes" 0
    with pytest.raises(UnknownNameError, match=r"metric='rouge_l' is not known. Known: acc, f1, logprob, macro_f1"):
        pair(new, old, metric="rouge_l")


def test_some_of_the_rows(tmp_path: Path) -> None:
    made = scored(tmp_path, {"acc": [1, 0, 1, 0]}, asked=ASKED)
    found = pair(made, made).only(np.array([1, 2]))
    assert (found.new.tolist(), [record.text for record in found.records]) == ([0, 1], ["b", "c"])


def test_results_without_records_pair_what_they_got_right() -> None:
    def bare(right: list[int], data: str = "h") -> Result:
        return Result(spec={}, facts={"right": right}, provenance={"data_hash": data})

    found = pair(bare([1, 0, 1]), bare([1, 1, 0]))
    assert (found.metric, found.new.tolist(), found.records) == ("acc", [1, 0, 1], ())
    with pytest.raises(KitError, match="different data: 3 rows and 2"):
        pair(bare([1, 0, 1]), bare([1, 1]))
    with pytest.raises(KitError, match="different data"):
        pair(bare([1, 0]), bare([1, 1], data="other"))
    with pytest.raises(KitError, match="Nothing was measured row by row in both"):
        pair(Result(spec={}), bare([1]))
    with pytest.raises(UnknownNameError, match="metric='f1'"):
        pair(bare([1]), bare([1]), metric="f1")


def test_there_are_three_ways_to_pair() -> None:
    with pytest.raises(ParameterError, match=r"rows='all' is not allowed: it must be one of 'same', 'common', 'place'"):
        pair(Result(spec={}), Result(spec={}), rows="all")  # type: ignore[arg-type]
