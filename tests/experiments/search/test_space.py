"""A space is read from words, and every value in it is one that its field may have."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from kit.errors import ParameterError
from kit.experiments.search.space import Axis, combinations, read_space


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("learning_rate=1e-4..3e-3 log", Axis("learning_rate", low=1e-4, high=3e-3, log=True)),
        (" dropout = 0..0.3 ", Axis("dropout", low=0.0, high=0.3)),
        ("rank=4..64 log", Axis("rank", low=4, high=64, whole=True, log=True)),
        ("rank=8..64 step 8", Axis("rank", low=8, high=64, whole=True, step=8)),
        ("rank=8, 16,32", Axis("rank", choices={"8": 8, "16": 16, "32": 32})),
        ("alpha=8,1e2", Axis("alpha", choices={"8": 8.0, "1e2": 100.0})),
        ("use_rslora=true,False", Axis("use_rslora", choices={"true": True, "False": False})),
        ("steps=none,100", Axis("steps", choices={"none": None, "100": 100})),
        ("quantization=none,bnb-nf4", Axis("quantization", choices={"none": None, "bnb-nf4": "bnb-nf4"})),
        ("class_weights=none,balanced", Axis("class_weights", choices={"none": "none", "balanced": "balanced"})),
        (
            "target_modules=q_proj+v_proj,all-linear",
            Axis("target_modules", choices={"q_proj+v_proj": ("q_proj", "v_proj"), "all-linear": ("all-linear",)}),
        ),
        (
            "rank_pattern=none,down_proj=8+layers.3.*=32",
            Axis("rank_pattern", choices={"none": (), "down_proj=8+layers.3.*=32": ("down_proj=8", "layers.3.*=32")}),
        ),
    ],
)
def test_words_are_read(text: str, axis: Axis) -> None:
    assert read_space([text]) == (axis,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rank", "field=low..high"),
        ("rank=", "field=low..high"),
        ("ranks=8,16", "Did you mean 'rank'?"),
        ("seed=0,1", "about one of"),
        ("data=a,b", "about one of"),
        ("rank=0,8", "'0' is none: a whole number from 1 to 1024"),
        ("rank=eight", "'eight' is none: a whole number from 1 to 1024"),
        ("rank=8.5..9", "'8.5' is none"),
        ("rank=64..8", "a range from low to high"),
        ("rank=8..64 step 0", "field=low..high step n"),
        ("rank=8..64 lg", "field=low..high log"),
        ("dropout=0..0.5 log", "above 0 for log"),
        ("dropout=0..0.5 step 1", "steps are for whole numbers"),
        ("learning_rate=1e-4..2", "'2' is none: a number above 0, at most 1"),
        ("schedule=linear,cosin", "'cosin' is none: one of 'linear', 'cosine', 'constant'"),
        ("schedule=linear..cosine", "schedule is no number"),
        ("use_rslora=yes", "'yes' is none: True or False"),
        ("rank=none", "'none' is none"),
        ("target_modules=none", "a list with at least one entry"),
        ("rank=8,8", "names each value once"),
    ],
)
def test_an_entry_that_means_nothing_is_named(text: str, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_space(["dropout=0,0.1", text]) if not text.startswith("dropout") else read_space(["rank=8", text])
    assert caught.value.parameter == "space[1]"
    assert caught.value.value == text
    assert said in str(caught.value)


def test_a_field_stands_there_once() -> None:
    with pytest.raises(ParameterError, match=r"space\[2\].*no other entry"):
        read_space(["rank=8,16", "dropout=0,0.1", "rank=4..64"])


@pytest.mark.parametrize(
    ("text", "value", "param"),
    [
        ("learning_rate=1e-4..3e-3 log", 1e-3, 1e-3),
        ("learning_rate=1e-4..3e-3 log", 1e-2, None),
        ("rank=8..64 step 8", 24, 24),
        ("rank=8..64 step 8", 25, None),
        ("rank=8,16", 16, "16"),
        ("rank=8,16", 12, None),
        ("target_modules=q_proj+v_proj,all-linear", ("q_proj", "v_proj"), "q_proj+v_proj"),
        ("steps=none,10", None, "none"),
        ("steps=5..10", None, None),
    ],
)
def test_a_value_is_found_in_the_space(text: str, value: Any, param: Any) -> None:
    (axis,) = read_space([text])
    assert axis.param(value) == param
    if param is not None:
        assert axis.value(param) == value


def test_numbers_that_are_drawn_are_short_and_stay_inside() -> None:
    (axis,) = read_space(["learning_rate=1.2345e-4..3e-3 log"])
    assert axis.value(0.00098765) == 0.000988
    assert axis.value(1.2345e-4) == 1.2345e-4, "rounded it would lie outside"


def test_combinations_are_counted_where_they_can_be() -> None:
    axes = read_space(["rank=4..6", "use_rslora=true,false", "dropout=0.1"])
    expected = [
        {"rank": rank, "use_rslora": word, "dropout": "0.1"}
        for rank, word in itertools.product((4, 5, 6), ("true", "false"))
    ]
    assert combinations(axes, most=6) == expected
    assert combinations(axes, most=5) is None
    assert combinations(read_space(["dropout=0..0.1"]), most=100) is None
