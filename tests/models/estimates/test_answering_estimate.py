"""The formulas agree with what was measured and with each other."""

from __future__ import annotations

import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.models import METHOD_BITS, catalogue, disk_bytes, download_bytes, estimate, kv_cache_bytes, weights_bytes

SMALL = catalogue()["smollm2-135m-instruct"]
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
    # The residual, its norm and that in 32 bits; gate, up and their product: of one layer, for each token.
    assert found.activation_bytes == 2000 * 4 * (3 * 576 + 3 * 1536)
    parts = (found.weights_bytes, found.kv_cache_bytes, found.activation_bytes, found.runtime_bytes)
    assert found.total_bytes == sum(parts)
    assert (found.model, found.method, found.context, found.batch) == (SMALL.name, "fp32", 1000, 2)


def test_loading_takes_the_weights_and_one_matrix_at_a_time() -> None:
    found = estimate(UNTIED, "bnb-nf4", context=1)
    assert found.loading_bytes == found.weights_bytes + found.runtime_bytes + 4 * 4096 * 14336
    assert found.mapped_bytes == 2 * UNTIED.parameters
    assert found.peak_bytes == max(found.loading_bytes, found.total_bytes)
    assert estimate(UNTIED, "bf16").mapped_bytes == 0, "the file is the weights"


def test_the_disk() -> None:
    assert download_bytes(UNTIED) == 2 * UNTIED.parameters
    assert disk_bytes(UNTIED, "fp32") == 4 * UNTIED.parameters
    assert disk_bytes(UNTIED, "bnb-nf4") == weights_bytes(UNTIED, 4.5)


def test_fewer_bits_never_take_more() -> None:
    order = ["fp32", "bf16", "bnb-int8", "bnb-nf4"]
    for card in catalogue().values():
        totals = [estimate(card, method).weights_bytes for method in order]
        assert totals == sorted(totals, reverse=True)


def test_what_has_no_answer() -> None:
    with pytest.raises(UnknownNameError, match="bnb-nf4"):
        estimate(SMALL, "nf4")
    with pytest.raises(ParameterError, match="context"):
        estimate(SMALL, context=0)
    with pytest.raises(ParameterError, match="batch"):
        estimate(SMALL, batch=0)
    with pytest.raises(ParameterError, match="bits"):
        weights_bytes(SMALL, 0)
