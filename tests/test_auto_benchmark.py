"""What the benchmark of the automatic search counts as found, beaten and missed."""

from __future__ import annotations

import dataclasses
from typing import Any

from tinysearch import look

import kit
from benchmarks import auto
from kit.result import Result

SPEC = kit.AutoSpec(models=("m",), data=kit.DataSpec(source="finance-alerts"))


def _part(method: str, right: int, seconds: float, ram: float, **facts: Any) -> Result:
    made = look([1] * right + [0] * (100 - right), seconds, ram)
    spec = {"variant": {"model": "m", "method": method}}
    return dataclasses.replace(made, spec=spec, facts={**made.facts, "rows": 100, **facts})


def _report(inside: set[str], *swept: Result) -> dict[str, Any]:
    parts = tuple(
        dataclasses.replace(part, facts={**part.facts, "front": part.spec["variant"]["method"] in inside})
        for part in swept
    )
    facts: dict[str, Any] = {"pareto": sorted(inside), "best": None, "out": {}, "not_tried": []}
    found = Result(spec={}, parts=parts, facts={**facts, "budget": {"spent_s": 1.0}})
    return auto.report(SPEC, found, swept, search_s=1.0, sweep_s=2.0)


FINE, SLOW = _part("bf16", 90, 0.1, 1000), _part("fp32", 90, 0.2, 2000)
LIGHT, EQUAL = _part("nf4", 70, 0.05, 700), _part("fp16", 90, 0.1, 1015)


def test_what_is_beaten_by_a_member_is_not_missed() -> None:
    told = _report({"bf16", "nf4"}, FINE, SLOW, LIGHT)
    assert (told["contains_or_dominates"], told["missed"], told["variants"]) == (True, [], 3)
    rows = {row["name"]: row for row in told["rows"]}
    assert (rows["m fp32"]["dominated_by"], rows["m fp32"]["beaten_by"]) == (["m bf16"], ["m bf16"])
    assert rows["m nf4"]["dominated_by"] == []
    assert told["tpot_drift"] == {"median": 1.0, "most": 1.0}


def test_what_no_member_beats_is_missed() -> None:
    told = _report({"bf16"}, FINE, SLOW, LIGHT)
    assert (told["contains_or_dominates"], told["missed"]) == (False, ["m nf4"])


def test_equal_variants_do_not_beat_each_other() -> None:
    assert not auto.plain(EQUAL, FINE, SPEC.goals)
    assert not auto.plain(FINE, EQUAL, SPEC.goals)
    assert auto.plain(FINE, SLOW, SPEC.goals)
