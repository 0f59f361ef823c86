"""Fits of machines that do not exist, worked out by hand with room to spare, so that no formula is asked twice."""

from __future__ import annotations

import importlib
import time

import pytest

from kit.machine import Gpu, Machine
from kit.models import METHOD_BITS, best_method, catalogue, fit
from kit.models.change import smaller

MODULE = importlib.import_module("kit.models.fit")  # the package calls the function so
CARDS = catalogue()
GB = 1e9
EVERY = ("fp32", "bf16", "bnb-int8", "bnb-nf4")


def machine(gb: float, gpu_gb: float | None = None) -> Machine:
    gpus = () if gpu_gb is None else (Gpu("Small GPU", 2e9 / 2**20), Gpu("Large GPU", gpu_gb * GB / 2**20))
    return Machine(cores=8, instruction_sets=(), memory_mib=gb * GB / 2**20, gpus=gpus, system="Test")


# Weights in 16 bits are two bytes each; in nf4 a little over half a byte, the embeddings apart.
@pytest.mark.parametrize(
    ("name", "method", "room", "state"),
    [
        ("qwen2.5-7b-instruct", "bf16", machine(8), "no"),  # 15.2 GB of weights
        ("qwen2.5-7b-instruct", "bnb-nf4", machine(16), "fits"),  # 5.4 GB of weights, 2.2 of them embeddings
        ("qwen2.5-7b-instruct", "bf16", machine(18), "tight"),  # more than 15.2, less than 18
        ("qwen2.5-7b-instruct", "bf16", machine(32), "fits"),
        ("qwen2.5-7b-instruct", "bf16", machine(80, gpu_gb=8), "no"),  # the GPU counts, not main memory
        ("qwen2.5-7b-instruct", "bf16", machine(8, gpu_gb=80), "fits"),
        ("qwen2.5-72b-instruct", "bf16", machine(8, gpu_gb=80), "no"),  # 145 GB of weights
        ("qwen2.5-0.5b-instruct", "bf16", machine(8), "fits"),  # 1 GB of weights
    ],
)
def test_the_state(name: str, method: str, room: Machine, state: str) -> None:
    assert fit(CARDS[name], method, machine=room).state == state


def test_what_it_takes_and_where() -> None:
    found = fit(CARDS["qwen2.5-7b-instruct"], machine=machine(32, gpu_gb=24))
    assert found.room_bytes == pytest.approx(24 * GB)
    assert found.place == "Large GPU"
    assert 15.2 * GB < found.needed_bytes < 22 * GB
    assert found.share == pytest.approx(found.needed_bytes / found.room_bytes)
    assert found.free_bytes is None  # of another machine nobody knows


def test_the_reasons_hold_the_numbers() -> None:
    first, parts, *more = fit(CARDS["qwen2.5-7b-instruct"], machine=machine(8)).reasons
    assert "this machine has 8.0 GB" in first
    assert parts.startswith("Weights 15 GB, keys and values of 2,048 tokens 0.12 GB")  # 2 · 28 · 4 · 128 · 2048 · 2
    assert more == []


def test_fewer_bits_are_the_nearest_change() -> None:
    found = fit(CARDS["qwen2.5-7b-instruct"], machine=machine(14), methods=EVERY)
    assert found.state == "no"
    assert found.change is not None
    assert (found.change.kind, found.change.method, found.change.model) == ("method", "bnb-int8", found.card.name)
    assert found.change.needed_bytes < 14 * GB
    assert found.advice == found.change.words
    assert found.advice.startswith("With bnb-int8 it needs ")


def test_only_methods_that_can_run_are_offered() -> None:
    found = fit(CARDS["qwen2.5-7b-instruct"], machine=machine(12), methods=("fp32", "bf16", "fp16"))
    assert found.change is not None
    assert (found.change.kind, found.change.model) == ("sibling", "qwen2.5-3b-instruct")
    assert "Qwen2.5 3B Instruct fits with bf16" in found.advice


def test_a_smaller_batch_comes_before_worse_answers() -> None:
    # 57 kB for each token of the 7B model: 16 · 32,768 tokens are 30 GB.
    found = fit(CARDS["qwen2.5-7b-instruct"], machine=machine(32), context=32768, batch=16, methods=EVERY)
    assert found.change is not None
    assert (found.change.kind, found.change.method, found.change.context) == ("batch", "bf16", 32768)
    assert found.change.batch in (1, 2, 4, 8)


def test_a_shorter_context_where_no_method_has_fewer_bits() -> None:
    # Llama 3.1 8B: 128 KiB for each token, so 131,072 of them are 17 GB beside 16 GB of weights.
    found = fit(CARDS["llama-3.1-8b-instruct"], machine=machine(24), context=131072, methods=("bf16",))
    assert found.change is not None
    assert found.change.kind == "context"
    assert 8192 <= found.change.context <= 65536
    assert f"{found.change.context:,} tokens" in found.advice


def test_a_context_that_the_model_does_not_have() -> None:
    found = fit(CARDS["qwen2.5-0.5b-instruct"], machine=machine(80), context=100_000)
    assert found.state == "no"
    assert found.reasons[0] == "Qwen2.5 0.5B Instruct reads at most 32,768 tokens at once; 100,000 are asked for."
    assert found.change is not None
    assert found.change.context == 32768


def test_a_smaller_model_has_room_for_more_bits() -> None:
    # 70 B in 4 bits are more than 35 GB; 8 B in 16 bits are 16 GB.
    found = fit(CARDS["llama-3.1-70b-instruct"], "bnb-nf4", machine=machine(32), methods=EVERY)
    assert found.change is not None
    assert (found.change.kind, found.change.model, found.change.method) == ("sibling", "llama-3.1-8b-instruct", "bf16")


def test_nothing_of_the_family_fits() -> None:
    found = fit(CARDS["gpt-oss-120b"], machine=machine(8), methods=EVERY)
    assert found.change is None
    assert found.advice.startswith("Nothing of this family for the same use fits: the smallest, gpt-oss 20B, needs ")


@pytest.mark.parametrize("room", [machine(8), machine(16), machine(24, gpu_gb=24), machine(96, gpu_gb=80)], ids=str)
def test_every_change_fits(room: Machine) -> None:
    changed = 0
    for card in CARDS.values():
        found = fit(card, "bf16", machine=room, methods=EVERY)
        if found.change is not None:
            told = found.change
            again = fit(CARDS[told.model], told.method, machine=room, context=told.context, batch=told.batch)
            assert again.state != "no"
            assert again.needed_bytes == told.needed_bytes
            assert not any(each.state != "no" for each in [fit(card, "bf16", machine=room)])
            changed += 1
        else:
            assert found.state != "no" or found.advice
    assert changed > 10


def test_a_full_disk_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "disk", lambda folder: (3 * 10**9, 10**12))
    monkeypatch.setattr(MODULE, "this_machine", lambda: machine(80))
    found = fit(CARDS["qwen2.5-7b-instruct"])
    assert found.state == "no"
    assert found.reasons[0] == "Its download takes 15 GB, and the disk has 3.0 GB free."
    assert found.change is not None
    assert (found.change.kind, found.change.model) == ("sibling", "qwen2.5-0.5b-instruct")  # 1 GB; the 1.5B takes 3.1


def test_what_is_not_free_now_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "this_machine", lambda: machine(80))
    monkeypatch.setattr(MODULE, "memory_free_mib", lambda: 1e9 / 2**20)
    monkeypatch.setattr(MODULE, "disk", lambda folder: (10**12, 10**12))
    found = fit(CARDS["qwen2.5-1.5b-instruct"])  # 3.1 GB of weights
    assert found.state == "fits"
    assert not found.fits_now
    assert found.reasons[-1] == "Only 1.0 GB are free now: end other programs first."


def test_most_bits_that_fit() -> None:
    card = CARDS["qwen2.5-7b-instruct"]
    told = {gb: best_method(card, EVERY, machine=machine(gb)) for gb in (4, 8, 14, 24, 64)}
    assert {gb: each and each.method for gb, each in told.items()} == {
        4: None,
        8: "bnb-nf4",
        14: "bnb-int8",
        24: "bf16",
        64: "fp32",
    }
    unasked = best_method(card, machine=machine(64))
    assert unasked is not None
    assert METHOD_BITS[unasked.method] == 16  # more than it is published in helps nobody


def test_a_fit_is_named_in_a_line() -> None:
    found = fit(CARDS["qwen2.5-7b-instruct"], machine=machine(8))
    needed = f"{found.needed_bytes / 1e9:.1f}"
    assert repr(found) == f"Fit(qwen2.5-7b-instruct, bf16: no, {needed} of 8.0 GB)"


def test_smaller_siblings_serve_the_same_tasks() -> None:
    names = [card.name for card in smaller(CARDS["qwen2.5-7b-instruct"])]
    assert names == ["qwen2.5-3b-instruct", "qwen2.5-1.5b-instruct", "qwen2.5-0.5b-instruct"]


def test_all_fits_are_told_in_a_moment() -> None:
    def seconds() -> float:
        began = time.perf_counter()
        for card in CARDS.values():
            for method in METHOD_BITS:
                fit(card, method)
        return time.perf_counter() - began

    seconds()  # the machine is looked up once
    assert min(seconds() for _ in range(5)) < 0.05 * len(CARDS) * len(METHOD_BITS) / 756
