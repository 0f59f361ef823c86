"""Sketches estimate what brute force counts."""

from __future__ import annotations

import numpy as np
import pytest

from kit.gate.alike.sketch import EMPTY, Sketcher, band_keys, shape_for, shifts_for


def _sketches(sets: list[list[int]], hashes: int, shift: int = 2) -> np.ndarray:
    features = np.array([each for members in sets for each in members], np.uint32)
    bounds = np.r_[0, np.cumsum([len(members) for members in sets])]
    return Sketcher(hashes)(features, np.full(len(features), shift, np.int8), bounds)


@pytest.mark.parametrize("shared", [4, 12, 25, 38])
def test_sketches_agree_as_often_as_sets_do(shared: int) -> None:
    draw = np.random.default_rng(shared)
    common = draw.integers(0, 2**32, shared, np.uint32).tolist()
    one, other = (common + draw.integers(0, 2**32, 40 - shared, np.uint32).tolist() for _side in (0, 1))
    first, second = _sketches([one, other], 4000)
    jaccard = len(set(one) & set(other)) / len(set(one) | set(other))
    assert (first == second).mean() == pytest.approx(jaccard, abs=4 * (jaccard * (1 - jaccard) / 4000) ** 0.5)


def test_what_weighs_more_decides_more_often() -> None:
    features = np.array([1, 2**31 + 5, 1, 77], np.uint32)
    shifts = np.array([2, 0, 2, 0], np.int8)
    first, second = Sketcher(3000)(features, shifts, np.array([0, 2, 4]))
    assert (first == second).mean() > 0.7  # a third where both weigh the same


def test_order_long_rows_and_empty_ones_do_not_matter() -> None:
    draw = np.random.default_rng(0)
    long = draw.integers(0, 2**32, 9000, np.uint32).tolist()
    sets = [long, [], long[:10], long[::-1], [3]]
    found = _sketches(sets, 30)
    assert (found[0] == found[3]).all()
    assert (found[1] == EMPTY).all()
    again = _sketches(sets[::-1], 30)
    assert (found == again[::-1]).all()
    slow = _sketches([[each] for each in long[:10]], 30).min(axis=0)
    assert (found[2] == slow).all()


def test_bands_agree_exactly_where_their_hashes_do() -> None:
    sketches = np.arange(24, dtype=np.uint32).reshape(2, 12)
    sketches[1, :3] = sketches[0, :3]
    keys = band_keys(sketches, 4)
    assert (keys[0] == keys[1]).tolist() == [True, False, False, False]


def test_the_form_of_a_template_weighs_nothing() -> None:
    assert shifts_for(np.array([1, 20, 100, 900]), 1000).tolist() == [2, 1, 0, -1]
    assert shifts_for(np.array([10]), 10).tolist() == [0]  # in ten rows it may be chance


@pytest.mark.parametrize("rows", [10, 50_000, 10**6])
def test_alike_rows_share_a_band_nearly_for_certain(rows: int) -> None:
    bands, size = shape_for(rows)
    assert 1 - (1 - 0.7**size) ** bands > 0.998
