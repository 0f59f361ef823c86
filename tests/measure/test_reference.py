"""A variant against its reference, through an evaluation: the numbers, going on after a stop, what is left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.engines.hf.engine import TransformersEngine
from kit.errors import KitError, ParameterError, Stopped, UnsupportedError
from kit.measure import EvaluateSpec
from kit.measure.divergence import Places
from kit.measure.evaluate import evaluate
from kit.measure.passes import reference as module
from kit.report import ListReport, Report
from kit.result import Result
from kit.spec import Spec

TOKENS = 230


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> EvaluateSpec:
    return EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="bf16"),
        data=DataSpec(source=str(rows_file), limit=40),
        measures=("reference",),
        reference=Variant(model=str(tiny_model), method="fp32"),
        reference_tokens=TOKENS,
    )


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the reference in this process, which is quicker to start."""

    def carry_out(spec: Spec, report: Report) -> Result:
        try:
            return evaluate(spec, report)
        except KitError as exc:
            return Result(spec={}, status="failed", error={"message": exc.problem, "fix": exc.fix})

    monkeypatch.setattr(module, "carry_out_isolated", carry_out)


class _Read:
    """Counts the tokens that engines tell their expectations of, by the type of their numbers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens: dict[str, int] = {}
        original = TransformersEngine.distributions

        def counted(engine: TransformersEngine, texts: Any, *, places: int = 64) -> Iterator[Any]:
            for chunk in original(engine, texts, places=places):
                name = str(engine.model.dtype).removeprefix("torch.")
                self.tokens[name] = self.tokens.get(name, 0) + len(chunk.tokens)
                yield chunk

        monkeypatch.setattr(TransformersEngine, "distributions", counted)


def _logprobs(folder: Path, dtype: str, texts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """What Transformers alone expects at each place, each text read in one go; and the tokens."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
    tables, tokens = [], []
    for text in texts:
        ids = [tokenizer.bos_token_id, *tokenizer(text)["input_ids"]]
        with torch.no_grad():
            tables.append(model(torch.tensor([ids])).logits[0, :-1].double().log_softmax(-1).numpy())
        tokens += ids[1:]
    return np.concatenate(tables)[:TOKENS], np.array(tokens[:TOKENS])


def test_the_numbers_are_those_of_the_two_models(
    spec: EvaluateSpec, tiny_model: Path, tmp_path: Path, here: None
) -> None:
    result = evaluate(spec, ListReport(tmp_path))
    texts = open_data(spec.data).texts
    (fp32, tokens), (bf16, _same) = (_logprobs(tiny_model, dtype, texts) for dtype in ("float32", "bfloat16"))
    kld = (np.exp(fp32) * (fp32 - bf16)).sum(1)
    assert len(kld) == TOKENS
    assert result.metrics["kld_mean"] == pytest.approx(kld.mean(), rel=0.02)
    assert result.metrics["kld_max"] == pytest.approx(kld.max(), rel=0.1)
    assert result.metrics["same_top_p"] == pytest.approx((fp32.argmax(1) == bf16.argmax(1)).mean(), abs=1 / TOKENS)
    rows = np.arange(TOKENS)
    assert result.metrics["reference_perplexity"] == pytest.approx(np.exp(-fp32[rows, tokens].mean()), rel=1e-5)
    assert result.metrics["variant_perplexity"] == pytest.approx(np.exp(-bf16[rows, tokens].mean()), rel=1e-3)
    assert result.facts["reference"]["method"] == "fp32"
    assert result.facts["reference"]["tokens"] == TOKENS
    places = Places.from_dict(json.loads((tmp_path / result.artifacts["places"]).read_text()))
    assert places.token.tolist() == tokens.tolist()
    assert places.kld.mean() == result.metrics["kld_mean"]


def test_nothing_is_left_behind(spec: EvaluateSpec, tmp_path: Path, here: None) -> None:
    report = ListReport(tmp_path)
    evaluate(spec, report)
    assert not (tmp_path / "checkpoint" / "reference").exists()
    assert len(report.values("kld_mean")) == 1  # nothing that the reference measured of itself
    (message,) = [event["text"] for event in report.events if event["kind"] == "message"]
    assert "on disk until all is compared" in message


def test_the_reference_is_read_before_the_variant_is_loaded(
    spec: EvaluateSpec, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    close = TransformersEngine.close

    def closed(engine: TransformersEngine) -> None:
        done.append(f"closed {engine.model.dtype}")
        close(engine)

    monkeypatch.setattr(TransformersEngine, "close", closed)
    opened = TransformersEngine.__init__

    def opening(engine: TransformersEngine, model: Any, *args: Any, **options: Any) -> None:
        done.append(f"opened {model.dtype}")
        opened(engine, model, *args, **options)

    monkeypatch.setattr(TransformersEngine, "__init__", opening)
    evaluate(spec, ListReport(tmp_path))
    fp32, bf16 = "torch.float32", "torch.bfloat16"
    assert done == [f"opened {fp32}", f"closed {fp32}", f"opened {bf16}", f"closed {bf16}"]


class _StopsAt(ListReport):
    def __init__(self, folder: Path, at: int) -> None:
        super().__init__(folder)
        self._at = at

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or len(self.events) >= self._at


def test_stopped_anywhere_it_ends_with_the_same_numbers(
    spec: EvaluateSpec, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.measure.against._PIECE", 40)
    monkeypatch.setattr("kit.measure.against.PLACES", 8)
    whole = evaluate(spec, ListReport(tmp_path / "whole"))
    read = _Read(monkeypatch)
    stops = 0
    for attempt in range(1, 30):
        try:
            result = evaluate(spec, _StopsAt(tmp_path / "broken", 6 + 8 * attempt))
            break
        except Stopped:
            stops += 1
    assert stops > 1
    exact = [name for name in whole.metrics if name != "load_max_ram_mib"]
    assert {name: result.metrics[name] for name in exact} == {name: whole.metrics[name] for name in exact}
    assert result.facts == whole.facts
    places = [tmp_path / name / whole.artifacts["places"] for name in ("whole", "broken")]
    assert places[0].read_bytes() == places[1].read_bytes()
    # What was in hand at each stop is read again, no more.
    assert TOKENS <= read.tokens["float32"] <= TOKENS + stops * 60
    assert TOKENS <= read.tokens["bfloat16"] <= TOKENS + stops * 60
    assert not (tmp_path / "broken" / "checkpoint" / "reference").exists()


def test_with_everything_compared_nothing_is_read(
    spec: EvaluateSpec, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluate(spec, ListReport(tmp_path))
    read = _Read(monkeypatch)
    again = evaluate(spec, ListReport(tmp_path))
    assert again == whole
    assert read.tokens == {}


def test_a_process_of_its_own_reads_the_reference(spec: EvaluateSpec, tmp_path: Path) -> None:
    itself = evaluate(spec.replace(variant=spec.reference), ListReport(tmp_path / "itself"))
    assert itself.metrics["kld_max"] == 0
    assert itself.metrics["same_top_p"] == 1
    assert "places" not in itself.artifacts
    result = evaluate(spec, ListReport(tmp_path / "other"))
    assert result.metrics["reference_perplexity"] == pytest.approx(itself.metrics["variant_perplexity"], rel=1e-6)
    assert 0 < result.metrics["kld_mean"] < 0.01


def test_a_reference_that_cannot_be_read_is_told(spec: EvaluateSpec, tmp_path: Path, monkeypatch: Any) -> None:
    error = {"type": "UnsupportedError", "message": "It has no feet.", "fix": "Walk."}
    told = Result(spec={}, status="unsupported", error=error)
    monkeypatch.setattr(module, "carry_out_isolated", lambda spec, report: told)
    with pytest.raises(UnsupportedError, match="no feet"):
        evaluate(spec, ListReport(tmp_path))


def test_a_server_is_no_reference(spec: EvaluateSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "variant_provenance", lambda *args: {})
    server = Variant(model="some-model", engine="http://127.0.0.1:9/v1")
    with pytest.raises(UnsupportedError, match="does not tell what it expects of every token"):
        evaluate(spec.replace(reference=server), ListReport(tmp_path))


def test_a_reference_is_named_where_it_is_measured(spec: EvaluateSpec) -> None:
    with pytest.raises(ParameterError, match="method='fp32'"):
        spec.replace(reference=None)
