"""The formulas agree with what was measured and with each other."""

from __future__ import annotations

import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.models import METHOD_BITS, catalogue, decode_tokens_per_s, estimate, kv_cache_bytes, weights_bytes

SMALL = catalogue()["smollm2-135m-instruct"]
MIXTURE = catalogue()["mixtral-8x7b-instruct-v0.1"]
UNTIED = catalogue()["llama-3.1-8b-instruct"]


@pytest.mark.parametrize(("method", "mb"), [("fp32", 538), ("bf16", 269), ("bnb-int8", 163), ("bnb-nf4", 116)])
def test_weights_of_the_default_as_measured(method: str, mb: float) -> None:
    assert weights_bytes(SMALL, METHOD_BITS[method]) / 1e6 == pytest.approx(mb, rel=0.05)


def test_sixteen_bits_are_two_bytes_for_each_weight() -> None:
    for card in catalogue().values():
        assert weights_bytes(card, 16) == 2 * card.parameters


def test_an_output_layer_of_its_own_stays_at_16_bits() -> None:
    tables = 2 * 128256 * 4096
    assert weights_bytes(UNTIED, 4) == pytest.approx((UNTIED.parameters - tables) / 2 + tables * 2)


def test_the_kv_cache() -> None:
    # Llama 3.1 8B: 32 layers, 8 KV heads of 128, keys and values, 2 bytes: 128 KiB for each token.
    assert kv_cache_bytes(UNTIED, 1) == 128 * 1024
    assert kv_cache_bytes(UNTIED, 100, bits=32, batch=3) == 600 * 128 * 1024


def test_an_estimate_is_the_sum_of_its_parts() -> None:
    found = estimate(SMALL, "fp32", context=1000, batch=2)
    assert found.weights_bytes == 4 * SMALL.parameters
    assert found.kv_cache_bytes == 2 * 30 * 3 * 64 * 1000 * 2 * 4
    assert found.overhead_bytes == pytest.approx(300e6 + 0.4 * SMALL.parameters)
    assert found.total_bytes == found.weights_bytes + found.kv_cache_bytes + found.overhead_bytes
    assert (found.model, found.method, found.context) == (SMALL.name, "fp32", 1000)


def test_fewer_bits_never_take_more() -> None:
    order = ["fp32", "bf16", "bnb-int8", "bnb-nf4"]
    for card in catalogue().values():
        totals = [estimate(card, method).total_bytes for method in order]
        assert totals == sorted(totals, reverse=True)


def test_the_ceiling_of_decoding() -> None:
    # A tied bf16 model reads all its weights once for each token.
    assert decode_tokens_per_s(SMALL, 16, 10) == pytest.approx(10 * 2**30 / (2 * SMALL.parameters))
    # An untied one looks up a row of its embedding and does not read it.
    read = 2 * (UNTIED.parameters - 128256 * 4096)
    assert decode_tokens_per_s(UNTIED, 16, 10) == pytest.approx(10 * 2**30 / read)


def test_a_mixture_reads_only_its_active_experts() -> None:
    read = 2 * (MIXTURE.active_parameters - 32000 * 4096)
    assert decode_tokens_per_s(MIXTURE, 16, 100) == pytest.approx(100 * 2**30 / read)


def test_more_bandwidth_and_fewer_bits_are_faster() -> None:
    assert decode_tokens_per_s(SMALL, 8, 20) == pytest.approx(2 * decode_tokens_per_s(SMALL, 8, 10))
    assert decode_tokens_per_s(SMALL, 4, 10) > decode_tokens_per_s(SMALL, 8, 10)


def test_what_has_no_answer() -> None:
    with pytest.raises(UnknownNameError, match="bnb-nf4"):
        estimate(SMALL, "nf4")
    with pytest.raises(ParameterError, match="context"):
        estimate(SMALL, context=0)
    with pytest.raises(ParameterError, match="batch"):
        estimate(SMALL, batch=0)
    with pytest.raises(ParameterError, match="bits"):
        weights_bytes(SMALL, 0)
    with pytest.raises(ParameterError, match="bandwidth_gib_s"):
        decode_tokens_per_s(SMALL, 16, 0)
