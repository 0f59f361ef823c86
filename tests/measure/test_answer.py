"""Several variants answer one question."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.engines import Engine, Variant
from kit.errors import Stopped
from kit.measure import AnswerSpec
from kit.measure import answer as module
from kit.measure.answer import answer
from kit.report import ListReport, Report


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


@pytest.mark.parametrize(("tokens", "kept"), [(3, []), (8, []), (9, ["0"]), (15, ["0"])])
def test_a_stop_between_tokens_costs_that_answer_only(
    spec: AnswerSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens: int, kept: list[str]
) -> None:
    first = _StopsAfter(tmp_path, tokens)
    with pytest.raises(Stopped) as stop:
        answer(spec, first)
    assert len(_tokens(first)) == tokens
    done = stop.value.result.facts["answers"]
    assert [one["part"] for one in done] == kept
    assert stop.value.result.status == "stopped"

    loaded = _counting_loads(monkeypatch)
    second = ListReport(tmp_path)
    result = answer(spec, second)
    assert [one["part"] for one in result.facts["answers"]] == ["0", "1"]
    assert result.facts["answers"][: len(kept)] == done
    assert len(loaded) == 2 - len(kept)
    assert [event["data"]["part"] for event in second.events if event["kind"] == "record"] == ["0", "1"][len(kept) :]
    for one in result.facts["answers"]:
        assert "".join(text for part, text in _tokens(second) if part == one["part"]) == one["text"]
    assert len(_tokens(second)) == 8 * (2 - len(kept)) + len(kept)


def test_with_all_answers_kept_nothing_is_loaded(
    spec: AnswerSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answer(spec, ListReport(tmp_path))
    loaded = _counting_loads(monkeypatch)
    report = ListReport(tmp_path)
    assert answer(spec, report) == whole
    assert loaded == []
    assert _tokens(report) == [(one["part"], one["text"]) for one in whole.facts["answers"]]
    messages = [event["text"] for event in report.events if event["kind"] == "message"]
    assert messages == ["Going on where an earlier attempt ended; done before: fp32, bf16."]


def test_where_it_came_from_is_told(spec: AnswerSpec, tmp_path: Path) -> None:
    told = answer(spec.replace(seed=5, max_new_tokens=1), ListReport(tmp_path)).provenance
    assert told["seeds"] == {"seed": 5}
    assert [model["source"] for model in told["models"]] == [variant.model for variant in spec.variants]


class _StopsAfter(ListReport):
    """Asks to stop after so many tokens."""

    def __init__(self, folder: Path, tokens: int) -> None:
        super().__init__(folder)
        self._most = tokens

    def stop_asked(self) -> bool:
        return len(_tokens(self)) >= self._most


def _tokens(report: ListReport) -> list[tuple[str, str]]:
    return [(event["part"], event["text"]) for event in report.events if event["kind"] == "token"]


def _counting_loads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    loaded: list[object] = []
    load = module.load

    def counted(variant: Variant, report: Report) -> Engine:
        loaded.append(variant)
        return load(variant, report)

    monkeypatch.setattr(module, "load", counted)
    return loaded
