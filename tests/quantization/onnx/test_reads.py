"""Models that the builder of ONNX graphs does not write rightly are refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from kit.quantization.onnx.reads import why_not

LLAMA = {"architectures": ["LlamaForCausalLM"], "vocab_size": 512, "hidden_size": 64, "intermediate_size": 128}


def test_a_llama_can_be_written() -> None:
    assert why_not(LLAMA) == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"architectures": ["OlmoForCausalLM"]}, "OlmoForCausalLM"),
        ({"architectures": [], "model_type": "unheard-of"}, "unheard-of"),
        ({"architectures": ["MistralForCausalLM"], "sliding_window": 4096}, "4096"),
        ({"intermediate_size": 512}, "vocabulary"),
        ({"hidden_size": 512}, "vocabulary"),
    ],
)
def test_what_comes_out_wrong_is_refused(changed: dict[str, Any], words: str) -> None:
    assert words in why_not({**LLAMA, **changed})
