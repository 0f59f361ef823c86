"""Predicted speeds are those that the roofline gives by hand."""

from __future__ import annotations

import dataclasses

import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.machine.speed import Speed
from kit.models import catalogue, expected_speed, keep_error

BIG = catalogue()["llama-3.1-8b-instruct"]
MIXTURE = catalogue()["mixtral-8x7b-instruct-v0.1"]
NO_BEGINNING = Speed(
    device="cpu",
    bandwidth_gb_s=50.0,
    tflops={"fp32": 1.0, "bf16": 2.0},
    op_s=0.0,
    measured="2026-11-22T00:00:00+00:00",
    gemv_gb_s={"fp32": 50.0, "bf16": 50.0},
    linear_s={"fp32": 0.0, "bf16": 0.0},
)


def test_decoding_reads_every_weight_once() -> None:
    # Of an untied model a row of the embedding is looked up, and the rest read: 15.0 GB at 85 % of 50 GB/s; and 2048
    # tokens of cache, 128 KiB each, twenty times.
    read = 2 * (BIG.parameters - 128256 * 4096) / 0.85 + 20 * 2048 * 128 * 1024
    found = expected_speed(BIG, "bf16", NO_BEGINNING)
    assert found.tpot_s == pytest.approx(read / 50e9)
    assert found.decode_tokens_per_s == pytest.approx(1 / found.tpot_s)


def test_a_mixture_reads_only_its_active_experts() -> None:
    read = 2 * (MIXTURE.active_parameters - 32000 * 4096)
    assert expected_speed(MIXTURE, "bf16", NO_BEGINNING, context=1).tpot_s == pytest.approx(
        read / 0.85 / 50e9, rel=1e-3
    )


def test_reading_a_prompt_multiplies() -> None:
    found = expected_speed(BIG, "bf16", NO_BEGINNING, prompt=512)
    least = 2 * 512 * (BIG.parameters - BIG.embedding_parameters) / 2e12
    assert least < found.ttft_s < 2 * least
    assert found.prefill_tokens_per_s == pytest.approx(512 / found.ttft_s)


def test_a_large_batch_is_held_up_by_arithmetic() -> None:
    alone = expected_speed(BIG, "bf16", NO_BEGINNING, context=1)
    few = expected_speed(BIG, "bf16", NO_BEGINNING, context=1, batch=4)
    many = expected_speed(BIG, "bf16", NO_BEGINNING, context=1, batch=400)
    assert few.tpot_s == pytest.approx(alone.tpot_s, rel=1e-3), "the same weights serve all four"
    products = 2 * 400 * (BIG.parameters - BIG.embedding_parameters) / 2e12
    assert many.tpot_s > products


def test_beginning_holds_up_small_models() -> None:
    slow = dataclasses.replace(NO_BEGINNING, op_s=1e-5, linear_s={"fp32": 1e-4, "bf16": 1e-4})
    each = expected_speed(BIG, "bf16", slow).tpot_s - expected_speed(BIG, "bf16", NO_BEGINNING).tpot_s
    assert each == pytest.approx(32 * (7 * 1e-4 + 200 * 1e-5))


def test_what_was_measured_here_corrects_the_formula() -> None:
    plain = expected_speed(BIG, "bf16", NO_BEGINNING)
    for measured in (1.9, 2.0, 2.2):
        keep_error("decode_tokens_per_s", model="x", method="bf16", predicted=3.0, measured=3 * measured)
    found = expected_speed(BIG, "bf16", NO_BEGINNING)
    assert found.decode_tokens_per_s == pytest.approx(2 ** (3 / 5) * plain.decode_tokens_per_s)
    assert (plain.learned_from, found.learned_from) == (0, 3)
    assert found.ttft_s == plain.ttft_s, "nothing was measured of prompts"
    assert expected_speed(BIG, "bf16", NO_BEGINNING, learned=False) == plain
    assert expected_speed(BIG, "bnb-nf4", NO_BEGINNING).learned_from == 0, "of another method"
    small = catalogue()["smollm2-135m-instruct"]
    assert expected_speed(small, "bf16", NO_BEGINNING).learned_from == 0, "a model that is fifty times as fast"


def test_what_has_no_answer() -> None:
    with pytest.raises(UnknownNameError, match="bnb-nf4"):
        expected_speed(BIG, "nf4", NO_BEGINNING)
    with pytest.raises(ParameterError, match="prompt"):
        expected_speed(BIG, "bf16", NO_BEGINNING, prompt=0)
