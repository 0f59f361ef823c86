"""The few methods that are offered unasked."""

from __future__ import annotations

import importlib.util

import pytest

from kit.models import METHOD_BITS, card_of
from kit.models import usual as module
from kit.models.estimates import estimate, estimate_making, weights_bytes
from kit.models.estimates.making import way_of
from kit.models.estimates.tables import method_bytes
from kit.models.fit import installed_methods
from kit.models.usual import PACKAGES, usual_methods
from kit.quantization import methods

CARD = card_of("smollm2-135m-instruct")


def _only(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: name if name in packages else None)


def test_one_of_each_size_whose_package_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    _only(monkeypatch, "bitsandbytes", "xllamacpp", "openvino")
    assert installed_methods() == ["fp32", "bf16", "bnb-int8", "bnb-nf4"]
    _only(monkeypatch, "xllamacpp", "openvino")
    assert usual_methods() == ["fp32", "bf16", "gguf-q8_0", "gguf-q4_k_m"]
    _only(monkeypatch, "openvino")
    assert usual_methods() == ["fp32", "bf16", "openvino-int8", "openvino-int4"]
    _only(monkeypatch)
    assert usual_methods() == ["fp32", "bf16"]
    assert usual_methods(missing=True) == ["fp32", "bf16", "bnb-int8", "bnb-nf4"]


def test_packages_are_those_that_the_registry_names() -> None:
    for name, method in methods().items():
        beginning = next((start for start in PACKAGES if name.startswith(start)), None)
        if beginning:
            assert PACKAGES[beginning] in (*method.packages, "onnxruntime", "openvino"), name
    assert importlib.util.find_spec("torch")


def test_tables_that_are_rounded_take_less() -> None:
    tables = CARD.embedding_parameters
    assert method_bytes(CARD, "bf16") == weights_bytes(CARD, 16)
    assert weights_bytes(CARD, METHOD_BITS["gguf-q8_0"]) - method_bytes(CARD, "gguf-q8_0") == pytest.approx(
        tables * 7.5 / 8
    )
    assert estimate(CARD, "gguf-q4_0").weights_bytes < estimate(CARD, "bnb-nf4").weights_bytes


def test_making_takes_more_where_rows_are_read() -> None:
    assert estimate_making(CARD, "bnb-nf4") is None
    plain, weighed = estimate_making(CARD, "gguf-q4_0"), estimate_making(CARD, "gguf-q4_0-imatrix")
    assert plain is not None
    assert weighed is not None
    assert weighed.seconds > plain.seconds
    assert weighed.memory_bytes > plain.memory_bytes
    longer = estimate_making(CARD, "gguf-q4_0-imatrix", rows=512)
    assert longer is not None
    linear = CARD.parameters - CARD.embedding_parameters
    assert longer.seconds - weighed.seconds == pytest.approx(2 * linear * 384 * 200 / 1e11)  # of two plain cores


def test_whatever_is_made_has_a_formula() -> None:
    assert all(way_of(name) for name, method in methods().items() if method.make)
