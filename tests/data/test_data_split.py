"""Splits and samples: exact, seeded, stratified; properties over many shapes of data."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from kit.data.split import sample_rows, split_rows
from kit.errors import DataError


def shapes() -> list[list[str]]:
    draw = random.Random(0)
    made = [
        [label for label in "abcdefg"[: draw.randint(2, 7)] for _row in range(draw.randint(1, 60))] for _ in range(40)
    ]
    for answers in made:
        answers.append(answers[0])  # at least one label with two rows
        draw.shuffle(answers)
    return made


SHAPES = shapes()


@pytest.mark.parametrize("test_share", [0.01, 0.2, 0.5, 0.9])
def test_split_is_an_exact_stratified_partition(test_share: float) -> None:
    for seed, answers in enumerate(SHAPES):
        train, test = split_rows(answers, test_share, seed)
        assert sorted(train + test) == list(range(len(answers)))
        assert train == sorted(train)
        assert test == sorted(test)
        sizes, tested = Counter(answers), Counter(answers[row] for row in test)
        spare = sum(size - 1 for size in sizes.values())
        assert len(test) == min(spare, max(1, round(len(answers) * test_share)))
        for label, size in sizes.items():
            assert tested[label] < size  # each label is learnt from
            # Off by less than a row, but where another label had none to spare.
            if all(test_share * other <= other - 1 for other in sizes.values()):
                assert abs(tested[label] - len(test) * size / len(answers)) < 1


def test_sample_is_exact_and_stratified() -> None:
    for seed, answers in enumerate(SHAPES):
        sizes = Counter(answers)
        for limit in {len(sizes), (len(sizes) + len(answers)) // 2, len(answers), len(answers) + 5}:
            rows = sample_rows(answers, limit, seed)
            taken = Counter(answers[row] for row in rows)
            assert rows == sorted(set(rows))
            assert len(rows) == min(limit, len(answers))
            assert set(taken) == set(sizes)
            assert all(taken[label] <= size for label, size in sizes.items())


def test_a_sample_keeps_shares() -> None:
    answers = ["a"] * 600 + ["b"] * 300 + ["c"] * 100
    assert Counter(answers[row] for row in sample_rows(answers, 100, 3)) == {"a": 60, "b": 30, "c": 10}


def test_seeds_decide() -> None:
    answers = ["a", "b"] * 50
    assert split_rows(answers, 0.2, 1) == split_rows(answers, 0.2, 1)
    assert split_rows(answers, 0.2, 1) != split_rows(answers, 0.2, 2)
    assert sample_rows(answers, 20, 1) != sample_rows(answers, 20, 2)


def test_each_row_is_as_likely_to_be_tested() -> None:
    answers = ["a"] * 20 + ["b"] * 10
    tested = Counter(row for seed in range(600) for row in split_rows(answers, 0.2, seed)[1])
    # 600 draws at 0.2 each: mean 120, standard deviation 9.8; five of them either way.
    assert all(71 <= tested[row] <= 169 for row in range(30))


def test_a_split_is_the_same_for_good() -> None:
    """Rows written down on first use: a change would silently give every old spec other rows."""
    assert split_rows(["a", "b", "a", "b", "a", "b", "a", "b", "c", "a"], 0.3, 0)[1] == [0, 3, 4]


def test_labels_of_one_row_only_cannot_be_split() -> None:
    with pytest.raises(DataError, match="two rows"):
        split_rows(["a", "b", "c"], 0.5, 0)
