"""What a reference expects, kept on disk: what rounding costs, what room it takes, what an interruption leaves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import log_softmax

from kit.engines.protocol import Distributions
from kit.errors import KitError, Stopped, UnsupportedError
from kit.measure.against import PLACES, compared, planned, read_reference, with_itself
from kit.measure.divergence import divergence_metrics, joined, kl_divergence
from kit.measure.expectations import Expectations
from kit.report import ListReport

VOCABULARY = 3000
TEXTS = tuple("x" * n for n in (5, 200, 0, 130, 64, 400, 90))


class FakeEngine:
    """Expects random things; a letter is a token. Knows how much was out at once."""

    def __init__(self, noise: float = 0.0, vocabulary: int = VOCABULARY, shift: int = 0) -> None:
        self.noise, self.vocabulary, self.shift = noise, vocabulary, shift
        self.asked: list[tuple[int, int]] = []
        self.read = 0

    def count_tokens(self, prompt: str) -> int:
        return len(prompt)

    def distributions(self, texts: Sequence[str], *, places: int = 64) -> Iterator[Distributions]:
        for number, text in enumerate(texts):
            for start in range(0, len(text), places):
                n = min(places, len(text) - start)
                random = np.random.default_rng([len(text), start])
                logits = random.normal(size=(n, self.vocabulary)) * 4
                moved = logits + np.random.default_rng(start).normal(size=logits.shape) * self.noise
                self.asked.append((n, self.vocabulary))
                self.read += n
                tokens = np.arange(start, start + n) % 50 + self.shift
                yield Distributions(number, tokens, log_softmax(moved, axis=1).astype(np.float32))


def keep(folder: Path, engine: FakeEngine, wanted: int = 500, report: ListReport | None = None) -> Expectations:
    report = report or ListReport(folder)
    kept = Expectations(folder, "reference", report)
    read_reference(lambda: engine, TEXTS, kept, wanted=wanted, report=report)  # type: ignore[arg-type,return-value]
    return kept


def differences(engine: FakeEngine, kept: Expectations, folder: Path) -> dict[str, float]:
    report = ListReport(folder)
    parts = [compared(engine, TEXTS, kept, piece, report) for piece in kept.pieces]  # type: ignore[arg-type]
    return divergence_metrics(joined(parts))


def exact(reference: FakeEngine, variant: FakeEngine, wanted: int) -> np.ndarray:
    pairs = zip(reference.distributions(TEXTS), variant.distributions(TEXTS), strict=True)
    return np.concatenate([kl_divergence(a.logprobs, b.logprobs) for a, b in pairs])[:wanted]


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.5])
def test_rounding_costs_about_a_millionth(tmp_path: Path, noise: float) -> None:
    found = differences(FakeEngine(noise), keep(tmp_path, FakeEngine()), tmp_path)
    told = exact(FakeEngine(), FakeEngine(noise), 500)
    assert found["kld_mean"] == pytest.approx(told.mean(), abs=3e-6)
    assert found["kld_max"] == pytest.approx(told.max(), abs=1e-3)
    if not noise:
        assert (found["same_top_p"], found["delta_p_rms"], found["perplexity_ratio"]) == (1, 0, 1)


def test_never_more_than_some_places_are_held(tmp_path: Path) -> None:
    reference, variant = FakeEngine(), FakeEngine(0.1)
    kept = keep(tmp_path, reference)
    rows = kept.rows
    kept.rows = lambda start, count: _counted(rows(start, count))  # type: ignore[method-assign]
    differences(variant, kept, tmp_path)
    assert max(n for n, _vocabulary in reference.asked + variant.asked) == PLACES
    assert (tmp_path / "reference.f16").stat().st_size == 500 * VOCABULARY * 2


def _counted(table: np.ndarray) -> np.ndarray:
    assert table.shape[0] <= PLACES
    return table


def test_as_many_texts_are_read_as_it_takes(tmp_path: Path) -> None:
    assert planned(FakeEngine(), TEXTS, 500) == [[0, 1, 2, 3, 4, 5]]  # type: ignore[arg-type]
    assert planned(FakeEngine(), TEXTS, 10**6) == [[0, 1, 2, 3, 4, 5], [6]]  # type: ignore[arg-type]
    kept = keep(tmp_path, FakeEngine(), wanted=10**6)
    assert kept.complete
    assert kept.places == sum(map(len, TEXTS))


def test_of_the_reference_itself_nothing_is_rounded(tmp_path: Path) -> None:
    kept = keep(tmp_path, FakeEngine())
    found = divergence_metrics(joined([with_itself(piece) for piece in kept.pieces]))
    assert (found["kld_max"], found["same_top_p"], found["delta_p_rms"], found["kld_mean_stderr"]) == (0, 1, 0, 0)


class _StopsAfter(ListReport):
    def __init__(self, folder: Path, progress: int) -> None:
        super().__init__(folder)
        self._left = progress

    def emit(self, event: dict[str, object]) -> None:
        self._left -= event["kind"] == "progress"
        self.stop = self._left <= 0


@pytest.mark.parametrize("cut", [False, True])
def test_what_was_read_before_a_stop_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    monkeypatch.setattr("kit.measure.against._PIECE", 100)
    whole = keep(tmp_path / "whole", FakeEngine(), wanted=800)
    assert len(whole.pieces) == 4
    with pytest.raises(Stopped):
        keep(tmp_path / "broken", FakeEngine(), wanted=800, report=_StopsAfter(tmp_path / "broken", 9))
    if cut:  # the power went while the next piece was being told
        with (tmp_path / "broken" / "reference.jsonl").open("a") as file:
            file.write('{"vocabulary": 30')
    engine = FakeEngine()
    kept = keep(tmp_path / "broken", engine, wanted=800)
    assert 0 < engine.read < 800
    again = Expectations(tmp_path / "broken", "reference", ListReport(tmp_path))
    assert again.complete
    assert np.array_equal(again.rows(0, 800), whole.rows(0, 800))
    for mine, theirs in zip(kept.pieces, whole.pieces, strict=True):
        assert all(np.array_equal(vars(mine)[name], vars(theirs)[name]) for name in vars(mine))
    untouched = FakeEngine()
    keep(tmp_path / "broken", untouched, wanted=800)
    assert untouched.read == 0


def test_the_room_it_takes_is_told_and_missing_room_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = ListReport(tmp_path)
    keep(tmp_path, FakeEngine(), report=report)
    (message,) = [event["text"] for event in report.events if event["kind"] == "message"]
    assert "500 places takes 3.0 MB on disk" in message
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(**{**usage._asdict(), "free": 2_000_000}))
    with pytest.raises(KitError, match=r"takes 3\.0 MB; 2 MB are free.*lower reference_tokens"):
        keep(tmp_path / "full", FakeEngine())
    assert not (tmp_path / "full" / "reference.f16").exists()


@pytest.mark.parametrize("other", [FakeEngine(vocabulary=3001), FakeEngine(shift=1)], ids=["vocabulary", "tokens"])
def test_another_tokenizer_is_refused(tmp_path: Path, other: FakeEngine) -> None:
    with pytest.raises(UnsupportedError, match="same tokenizer"):
        differences(other, keep(tmp_path, FakeEngine()), tmp_path)


def test_numbers_that_have_run_over_are_told(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="NaN"):
        differences(FakeEngine(float("nan")), keep(tmp_path, FakeEngine()), tmp_path)
