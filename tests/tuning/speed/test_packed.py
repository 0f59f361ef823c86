"""Packed rows: what stands where, and that no row sees another."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from kit.data import DataSpec
from kit.engines.hf.load import load_model
from kit.tuning.example import Example
from kit.tuning.spec import TuneSpec
from kit.tuning.speed import attention
from kit.tuning.speed.body import Body
from kit.tuning.speed.packed import _rounded, pack

CPU = torch.device("cpu")
LENGTHS = range(2, 1500)
ROWS = (Example((1, 2, 3, 4), (5, 6)), Example((1, 2, 7), (8,)), Example((1, 2, 9, 10, 11), (12,), weight=2.0))


def test_what_stands_where() -> None:
    packed = pack(ROWS, shared=2, device=CPU)
    assert packed.order == (1, 0, 2)
    assert packed.ids.tolist() == [[1, 2, 7, 3, 4, 5, 9, 10, 11]]
    assert packed.positions.tolist() == [[0, 1, 2, 2, 3, 4, 2, 3, 4]]
    assert packed.keep.tolist() == [2, 4, 5, 8]
    assert packed.targets.tolist() == [8, 5, 6, 12]
    assert packed.weights.tolist() == [1, 1, 1, 2]
    assert packed.seen()[5].tolist() == [True, True, False, True, True, True, False, False, False]


@pytest.mark.parametrize("shared", [0, 2])
def test_lengths_are_few_and_what_is_added_belongs_to_no_row(shared: int) -> None:
    plain, longer = (pack(ROWS, shared=shared, device=CPU, rounded=rounded) for rounded in (False, True))
    t = plain.ids.shape[1]
    assert longer.ids.shape[1] == t + longer.tail == 16
    assert torch.equal(longer.ids[:, :t], plain.ids)
    assert torch.equal(longer.seen()[:t, :t], plain.seen())
    assert not longer.seen()[:t, t:].any()
    assert torch.equal(longer.keep, plain.keep)
    assert longer.spans == plain.spans
    lengths = {pack([Example(tuple(range(n)), (1,))], shared=0, device=CPU, rounded=True).ids.shape[1] for n in LENGTHS}
    assert len(lengths) <= 60
    assert all(n <= _rounded(n) <= n + max(15, n // 8) for n in LENGTHS)


@pytest.mark.parametrize("attention_name", ["auto", "sdpa", "eager"])
@pytest.mark.parametrize("shared", [0, 2])
def test_a_rounded_length_changes_nothing(tiny_model: Path, attention_name: str, shared: int) -> None:
    spec = TuneSpec(model="m", data=DataSpec(source="d.csv"), attn_implementation=attention_name)
    body = Body(load_model(tiny_model, dtype=torch.float32), spec)
    with torch.inference_mode():
        plain, longer = (body(pack(ROWS, shared=shared, device=CPU, rounded=rounded)) for rounded in (False, True))
    assert torch.isfinite(longer).all()
    torch.testing.assert_close(longer[: len(plain)], plain, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("short", [0, 10_000])
@pytest.mark.parametrize("attention_name", ["auto", "sdpa"])
@pytest.mark.parametrize("shared", [0, 2])
def test_no_row_sees_another(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, attention_name: str, shared: int, short: int
) -> None:
    """Other tokens in one row change nothing, to the last bit, in all others, and something in its own."""
    monkeypatch.setattr(attention, "_SHORT", short)
    spec = TuneSpec(model="m", data=DataSpec(source="d.csv"), attn_implementation=attention_name)
    body = Body(load_model(tiny_model, dtype=torch.float32), spec)
    assert body.packs(100)
    other = (ROWS[0], Example((1, 2, 77), (78,)), ROWS[2])
    with torch.inference_mode():
        first, second = (body(pack(rows, shared=shared, device=CPU)) for rows in (ROWS, other))
    start, end = shared, shared + 3 - shared  # the second row is the shortest and stands first
    same = [i for i in range(len(first)) if not start <= i < end]
    assert torch.equal(first[same], second[same])
    assert not torch.allclose(first[end - 1], second[end - 1])


def test_rows_longer_than_a_window_are_not_packed(sliding_model: Path) -> None:
    body = Body(load_model(sliding_model, dtype=torch.float32), TuneSpec(model="m", data=DataSpec(source="d.csv")))
    assert body.packs(8)
    assert not body.packs(9)
