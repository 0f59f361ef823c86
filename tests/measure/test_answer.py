"""Several variants answer one question."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.engines import Variant
from kit.errors import Stopped
from kit.measure import AnswerSpec
from kit.measure.answer import answer
from kit.report import ListReport


@pytest.fixture
def spec(tiny_model: Path, sliding_model: Path) -> AnswerSpec:
    return AnswerSpec(
        variants=(Variant(model=str(tiny_model), method="fp32"), Variant(model=str(sliding_model), method="bf16")),
        prompt="Where does the price go?",
        max_new_tokens=8,
    )


def test_each_variant_writes_its_answer(spec: AnswerSpec, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = answer(spec, report)
    found = result.facts["answers"]
    assert [(one["part"], one["method"], one["model"]) for one in found] == [
        (str(i), variant.method, variant.model) for i, variant in enumerate(spec.variants)
    ]
    for one in found:
        pieces = [e["text"] for e in report.events if e["kind"] == "token" and e["part"] == one["part"]]
        assert len(pieces) == 8
        assert "".join(pieces) == one["text"]
        assert one["ttft_s"] > 0
        assert one["tokens_per_s"] > 0
    assert found[1]["weight_mib"] == pytest.approx(found[0]["weight_mib"] / 2, rel=0.01)
    assert [e["data"] for e in report.events if e["kind"] == "record"] == found


def test_greedy_answers_are_the_same_each_time(spec: AnswerSpec, tmp_path: Path) -> None:
    texts = [
        [one["text"] for one in answer(asked, ListReport(tmp_path)).facts["answers"]]
        for asked in (spec, spec, spec.replace(temperature=1.5, seed=1), spec.replace(temperature=1.5, seed=2))
    ]
    assert texts[0] == texts[1]
    assert len({tuple(each) for each in texts}) == 3


def test_it_stops_between_tokens(spec: AnswerSpec, tmp_path: Path) -> None:
    report = _StopsAfterThree(tmp_path)
    with pytest.raises(Stopped):
        answer(spec, report)
    assert sum(event["kind"] == "token" for event in report.events) == 3


class _StopsAfterThree(ListReport):
    def stop_asked(self) -> bool:
        return sum(event["kind"] == "token" for event in self.events) >= 3
