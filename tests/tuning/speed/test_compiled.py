"""Compiled blocks against the blocks they were made from."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch

from kit.engines.hf.load import load_model
from kit.errors import ParameterError
from kit.tuning.speed import compiled
from kit.tuning.speed.compiled import compile_blocks


def test_outputs_and_gradients_are_the_same(tiny_model: Path) -> None:
    inner = load_model(tiny_model, dtype=torch.float32).requires_grad_(False).model
    plain = copy.deepcopy(inner.layers[0].mlp)
    assert compile_blocks(inner, inner.layers) == 2
    for length in (5, 9):
        found, wanted = (torch.linspace(-1, 1, length * 64).view(1, length, 64).requires_grad_() for _ in range(2))
        inner.layers[0].mlp(found).square().sum().backward()
        plain(wanted).square().sum().backward()
        torch.testing.assert_close(found.grad, wanted.grad)


def test_blocks_that_train_are_left_alone(tiny_model: Path) -> None:
    inner = load_model(tiny_model, dtype=torch.float32).requires_grad_(True).model
    assert compile_blocks(inner, inner.layers) == 0


def test_without_a_compiler_it_says_what_to_install(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(compiled.shutil, "which", lambda name: None)
    inner = load_model(tiny_model, dtype=torch.float32).model
    with pytest.raises(ParameterError, match=r"compile.*Install one"):
        compile_blocks(inner, inner.layers)
