"""Which method goes with which engine, and what is said where they do not."""

from __future__ import annotations

import pytest

from kit.engines import Variant
from kit.engines.combinations import FAMILIES, combination, family
from kit.engines.homes import ENGINES, home
from kit.errors import ParameterError
from kit.quantization import methods
from kit.quantization.combinations import pairs


def test_every_family_is_settled_for_every_engine() -> None:
    for start, name in FAMILIES.items():
        for engine in ENGINES:
            told = combination(name, engine)
            assert told == combination(f"{start}x" if start.endswith("-") else start, engine)
            assert (told.state == "runs") == (engine == home(start))
            assert bool(told.reason) == (told.state != "runs")
            assert "{" not in told.reason
            assert "nobody has tried it" not in told.reason, f"{name} on {engine} is not in the table"


def test_what_to_take_instead_is_run_by_that_engine() -> None:
    for name in FAMILIES.values():
        for engine in ENGINES:
            instead = combination(name, engine).instead
            assert all(home(each) == engine for each in instead.split(", ") if each)


def test_every_method_has_a_family_and_a_pair_with_each_engine() -> None:
    found = pairs()
    assert len(found) == len(methods()) * len(ENGINES)
    assert all(family(name) for name in methods())
    own = [pair for pair in found if pair.engine == pair.method.engine]
    assert {pair.state for pair in own} <= {"ready", "lacks"}
    assert {pair.state for pair in found if pair not in own} <= {"cannot", "never tried"}
    assert all(bool(pair.reason) == (pair.state != "ready") for pair in found)


def test_another_engine_is_refused_with_the_reason() -> None:
    with pytest.raises(ParameterError) as caught:
        Variant(model="m", method="bnb-nf4", engine="llama.cpp")
    assert "its packed weights are read by kernels of PyTorch, which llama.cpp does not have" in str(caught.value)
    with pytest.raises(ParameterError, match=r"take gguf-bf16, gguf-f16, which llama\.cpp runs"):
        Variant(model="m", method="bf16", engine="llama.cpp")
    with pytest.raises(ParameterError, match="nothing here writes them for it yet"):
        Variant(model="m", method="gptq-int4", engine="openvino")
