"""Dividing data into files: nothing on two sides, shares as near as can be, every column kept."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold, StratifiedShuffleSplit

import kit
from kit.errors import DataError, ParameterError, UnknownNameError
from kit.gate.split.assign import by_group, by_time, by_unit
from kit.gate.split.moment import moments
from kit.gate.split.split import split
from kit.report import ListReport

SHARES = {"test": 0.2, "validation": 0.1, "train": 0.7}


def _file(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> kit.DataSpec:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return kit.DataSpec(source=str(path))


def _rows(result: kit.Result, part: str) -> list[dict[str, Any]]:
    lines = Path(result.facts[part]["source"]).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = [{"text": f"text {i}", "label": "abc"[i % 3], "who": f"p{i % 7}", "n": i} for i in range(60)]


def test_parts_are_files_that_load_and_tell_how_they_were_made(tmp_path: Path) -> None:
    result = kit.split_data(kit.SplitSpec(data=_file(tmp_path, ROWS), validation_share=0.1))
    parts = {part: _rows(result, part) for part in ("train", "validation", "test")}
    assert sorted(row["n"] for rows in parts.values() for row in rows) == list(range(60))
    assert {len(rows) for rows in parts.values()} == {42, 6, 12}
    assert all(row == ROWS[row["n"]] for rows in parts.values() for row in rows)
    for part, rows in parts.items():
        spec = kit.DataSpec.from_dict(result.facts[part])
        data = kit.load_data(spec.source, labels=spec.labels)
        assert (len(data), data.labels) == (len(rows), ("a", "b", "c"))
        assert data.recipe is not None
        assert (data.recipe["part"], data.recipe["hash_after"]) == (part, result.facts["parts"][part]["hash"])
    told = json.loads((result.folder / "split.json").read_text(encoding="utf-8"))  # type: ignore[operator]
    assert told["parts"] == result.facts["parts"]
    assert json.loads(json.dumps(result.facts)) == result.facts


def test_the_same_spec_divides_the_same_way(tmp_path: Path) -> None:
    spec = kit.SplitSpec(data=_file(tmp_path, ROWS), by="group", column="who")
    first, again, other = (kit.split_data(each) for each in (spec, spec, spec.replace(seed=1)))
    assert [first.facts["parts"], first.facts["train"]] == [again.facts["parts"], again.facts["train"]]
    assert other.facts["parts"]["test"]["hash"] != first.facts["parts"]["test"]["hash"]


def test_no_group_is_on_two_sides(tmp_path: Path) -> None:
    result = kit.split_data(kit.SplitSpec(data=_file(tmp_path, ROWS), by="group", column="who", validation_share=0.2))
    groups = [{row["who"] for row in _rows(result, part)} for part in ("train", "validation", "test")]
    assert sum(map(len, groups)) == 7 == len(set.union(*groups))
    assert [result.facts["parts"][part]["groups"] for part in ("train", "validation", "test")] == list(map(len, groups))


def test_the_latest_rows_are_tested_on(tmp_path: Path) -> None:
    rows = [{**row, "when": f"2024-0{1 + i % 6}-1{i % 9}"} for i, row in enumerate(ROWS)]
    result = kit.split_data(kit.SplitSpec(data=_file(tmp_path, rows), by="time", column="when", validation_share=0.2))
    ends = [[row["when"] for row in _rows(result, part)] for part in ("train", "validation", "test")]
    assert max(ends[0]) < min(ends[1])
    assert max(ends[1]) < min(ends[2])
    told = result.facts["parts"]["test"]
    assert (told["from"], told["to"]) == (min(ends[2]), max(ends[2]))


def test_rows_that_ask_the_same_stay_together(tmp_path: Path) -> None:
    rows = [*ROWS, *({**row, "text": row["text"].upper() + " "} for row in ROWS)]
    for by in ("label", "random"):
        result = kit.split_data(kit.SplitSpec(data=_file(tmp_path, rows), by=by))
        sides = [{row["text"].strip().lower() for row in _rows(result, part)} for part in ("train", "test")]
        assert not sides[0] & sides[1]
        assert result.facts["warnings"] == []


def test_copies_on_both_sides_are_told_where_they_cannot_be_kept_together(tmp_path: Path) -> None:
    rows = [*ROWS, *({**row, "who": "other", "n": 100} for row in ROWS[:5])]
    result = kit.split_data(kit.SplitSpec(data=_file(tmp_path, rows), by="group", column="who"))
    (warning,) = [each for each in result.facts["warnings"] if "train part ask" in each]
    sides = {part: Counter(row["text"] for row in _rows(result, part)) for part in ("train", "test")}
    both = sum(n for text, n in sides["test"].items() if text in sides["train"])
    assert warning.startswith(f"{both} row")


def test_synthetic_rows_are_trained_on_and_follow_their_parents(tmp_path: Path) -> None:
    real = kit.load_data(_file(tmp_path, ROWS).source).items
    children = [
        {"text": f"child {i}", "label": "a", "who": f"p{i % 7}", "synthetic": True, "parent": row.key, "n": 1000 + i}
        for i, row in enumerate(real)
    ]
    for fields in ({}, {"by": "group", "column": "who"}, {"by": "random"}, {"by": "time", "column": "n"}):
        result = kit.split_data(kit.SplitSpec(data=_file(tmp_path, [*ROWS, *children]), **fields))  # type: ignore[arg-type]
        test = _rows(result, "test")
        assert not any(row.get("synthetic") for row in test)
        tested = {row["n"] for row in test}
        trained = {row["n"] - 1000 for row in _rows(result, "train") if row.get("synthetic")}
        assert trained == set(range(60)) - tested
        assert any("synthetic rows were left out" in warning for warning in result.facts["warnings"])


def test_rows_that_cannot_be_used_stop_it_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 61") as caught:
        split(kit.SplitSpec(data=_file(tmp_path, [*ROWS, {"text": None, "label": "a"}])), ListReport(tmp_path))
    assert caught.value.row == 61
    assert "clean_data" in caught.value.fix
    data = _file(tmp_path, [*ROWS, {"text": "x", "label": "a"}])
    with pytest.raises(DataError, match="'who': None is no group"):
        split(kit.SplitSpec(data=data, by="group", column="who"), ListReport(tmp_path))
    with pytest.raises(UnknownNameError, match="'who'"):
        split(kit.SplitSpec(data=data, by="group", column="whom"), ListReport(tmp_path))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"by": "group"}, "column"),
        ({"by": "random", "column": "who"}, "left out"),
        ({"test_share": 0.9, "validation_share": 0.3}, "at most 0.95"),
        ({"data": kit.DataSpec(source="a.jsonl", task="answer")}, "no labels"),
        ({"by": "lable"}, "'label'"),
    ],
)
def test_specs_that_cannot_be_meant_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        kit.SplitSpec(**{"data": kit.DataSpec(source="a.jsonl"), **fields})


_LABELS = st.lists(st.sampled_from("aaab"), min_size=12, max_size=80)


@settings(max_examples=60, deadline=None)
@given(_LABELS, st.integers(0, 3))
def test_shares_of_labels_are_those_of_scikit_learns_stratified_split(labels: list[str], seed: int) -> None:
    counts = Counter(labels)
    if len(counts) < 2 or min(counts.values()) < 5:
        return
    parts = by_unit(range(len(labels)), labels, {"test": 0.25, "train": 0.75}, seed)
    ours = Counter(label for label, part in zip(labels, parts, strict=True) if part == "test")
    size = sum(ours.values())
    _train, test = next(StratifiedShuffleSplit(1, test_size=size, random_state=seed).split(labels, labels))
    theirs = Counter(labels[place] for place in test)
    assert all(abs(ours[label] - theirs[label]) <= 1 for label in counts)


_GROUPS = st.lists(st.tuples(st.integers(0, 25), st.sampled_from("aab")), min_size=30, max_size=150)


@settings(max_examples=80, deadline=None)
@given(_GROUPS, st.integers(0, 3))
def test_groups_stay_whole_and_parts_come_near_their_shares(rows: list[tuple[int, str]], seed: int) -> None:
    groups, labels = [str(group) for group, _label in rows], [label for _group, label in rows]
    sizes = Counter(groups)
    if len(sizes) < 3:
        return
    parts = by_group(groups, labels, SHARES, seed)
    where = defaultdict(set)
    for group, part in zip(groups, parts, strict=True):
        where[group].add(part)
    assert {len(found) for found in where.values()} == {1}
    assert set(parts) == set(SHARES)
    for part, share in SHARES.items():
        assert abs(parts.count(part) - share * len(rows)) <= max(sizes.values()) + 1
    assert parts == by_group(groups, labels, SHARES, seed)


def test_labels_of_groups_are_as_even_as_scikit_learn_makes_them() -> None:
    draw = np.random.default_rng(0)
    groups = [str(g) for g in draw.integers(0, 60, 600)]
    tilt = {group: draw.beta(1, 3) for group in sorted(set(groups))}
    labels = ["ill" if draw.random() < tilt[group] else "well" for group in groups]
    whole = labels.count("ill") / len(labels)

    def away(test: list[int]) -> float:
        return abs(sum(labels[place] == "ill" for place in test) / len(test) - whole)

    ours = []
    for seed in range(5):
        parts = by_group(groups, labels, {"test": 0.2, "train": 0.8}, seed)
        ours.append(away([place for place, part in enumerate(parts) if part == "test"]))
    folds = StratifiedGroupKFold(5).split(groups, labels, groups)
    theirs = [away(list(test)) for _train, test in folds]
    assert max(ours) <= max(*theirs, 0.01)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=5, max_size=80))
def test_no_moment_is_on_two_sides(values: list[int]) -> None:
    times = [float(value) for value in values]
    if len(set(times)) < 3:
        with pytest.raises(DataError, match="different times"):
            by_time(times, SHARES)
        return
    parts = by_time(times, SHARES)
    ends = {part: [time for time, each in zip(times, parts, strict=True) if each == part] for part in SHARES}
    assert max(ends["train"]) < min(ends["validation"])
    assert max(ends["validation"]) < min(ends["test"])
    biggest = max(Counter(times).values())
    assert abs(len(ends["test"]) - 0.2 * len(times)) <= 2 * biggest + 1


def _moments(*values: Any) -> list[float]:
    return moments(list(enumerate(values, 1)), name="a.csv", unit="line", column="when")


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-31",
        "2024/05/31",
        "2024.5.31",
        "31.05.2024",
        "31 May 2024",
        "31-May-2024",
        "May 31, 2024",
        "31st May 2024",
        "2024年5月31日",
        "05/31/2024",
        "31/05/2024",
        "2024-05-31T00:00:00",
        "2024-05-31 00:00:00.000",
        "2024-05-31T00:00:00Z",
        "2024-05-31T02:00:00+02:00",
        "05/31/2024 12:00 AM",
        "Fri, 31 May 2024 00:00:00 +0000",
        datetime(2024, 5, 31),
    ],
)
def test_common_forms_of_time_are_read(text: Any) -> None:
    assert _moments(text) == [datetime(2024, 5, 31, tzinfo=UTC).timestamp()]


def test_other_rows_tell_whether_the_day_comes_first() -> None:
    first = _moments("03/04/2024", "31/05/2024")
    assert datetime.fromtimestamp(first[0], UTC).month == 4
    second = _moments("03/04/2024", "05/31/2024 1:30 PM")
    assert datetime.fromtimestamp(second[0], UTC).month == 3
    assert datetime.fromtimestamp(second[1], UTC).hour == 13
    assert _moments("04/04/2024") == _moments("2024-04-04")


@pytest.mark.parametrize(
    ("values", "row", "words"),
    [
        (("01/01/2024", "03/04/2024"), 2, "two ways"),
        (("31/05/2024", "05/31/2024"), 1, r"last in another row \(2\)"),
        (("2024-05-31", "soon"), 2, "no date or time"),
        (("2024-05-31", "2024-13-01"), 2, "no date or time"),
        (("2024-05-31", None), 2, "there is no time"),
        ((1717113600, 1717113600000), 2, "another unit"),
        (("2024-05-31", "1717113600"), 2, "no date or time"),
    ],
)
def test_times_that_cannot_be_told_are_refused_with_their_row(values: tuple[Any, ...], row: int, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        _moments(*values)
    assert (caught.value.row, caught.value.field) == (row, "when")


def test_numbers_are_taken_as_they_are() -> None:
    assert _moments("20240531", 20240601.0, "1999") == [20240531.0, 20240601.0, 1999.0]
    assert _moments(1717113600, "1717113601.5") == [1717113600.0, 1717113601.5]
