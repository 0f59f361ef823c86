"""Rounding to 16 steps, and layers that multiply what was rounded."""

from __future__ import annotations

import pytest
import torch

from kit.quantization.int4.clip import closest_steps
from kit.quantization.int4.groups import GROUP, nearest, rounded, steps
from kit.quantization.int4.linear import FEW, Int4Linear


def _weight(rows: int, columns: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * 0.1


def test_every_weight_goes_to_the_nearest_of_sixteen() -> None:
    weight = _weight(5, 128)
    weight[0, :64] = weight[0, :64].abs()  # a group without a negative weight
    weight[1, 64:] = 0
    found = rounded(weight)
    for row in range(5):
        for group in range(2):
            scale, zero = found.scales[row, group].item(), int(found.zeros[row, group])
            steps_here = [(code - zero) * scale for code in range(16)]
            for column in range(group * GROUP, (group + 1) * GROUP):
                here = weight[row, column].item()
                held = found.written_out()[row, column].item()
                assert abs(held - here) <= min(abs(step - here) for step in steps_here) + 1e-6
    assert int(found.zeros.min()) >= 1
    assert found.written_out()[1, 64:].abs().max() == 0


def test_great_weights_that_do_not_matter_are_cut_off() -> None:
    weight, given = _weight(8, 128), torch.randn(300, 128, generator=torch.Generator().manual_seed(1))
    weight[:, [3, 70]] = 0.6  # meet inputs that are nearly nothing
    given[:, [3, 70]] *= 0.01
    products = given.T @ given
    whole, cut = (nearest(weight, *chosen) for chosen in (steps(weight), closest_steps(weight, products)))

    def cost(found: torch.Tensor) -> float:
        off = (found - weight).view(8, 2, GROUP)
        own = torch.stack([products[:64, :64], products[64:, 64:]])
        return float(torch.einsum("rgi,gij,rgj->", off, own, off))

    assert cost(cut.written_out()) < 0.8 * cost(whole.written_out())


@pytest.mark.parametrize("rows", [64, 192, 48], ids=["one block of the kernel", "three", "less than one"])
@pytest.mark.parametrize("biased", [False, True])
def test_a_layer_multiplies_what_was_rounded(rows: int, biased: bool) -> None:
    groups = rounded(_weight(rows, 128))
    bias = _weight(1, rows, seed=2)[0] if biased else None
    layer = Int4Linear(groups, bias)
    for tokens in (1, FEW - 1, FEW):  # the kernel, and written out
        given = torch.randn(1, tokens, 128, generator=torch.Generator().manual_seed(tokens)).bfloat16()
        expected = given.float() @ groups.written_out().T + (0 if bias is None else bias)
        found = layer(given)
        assert found.shape == (1, tokens, rows)
        assert found.dtype == torch.bfloat16
        assert (found.float() - expected).norm() < 0.01 * expected.norm()


def test_what_is_packed_can_be_written_out() -> None:
    groups = rounded(_weight(128, 192))
    layer = Int4Linear(groups)
    if layer.readable:  # depends on how this processor's kernel packs
        assert torch.equal(layer.codes(), groups.codes)
        assert torch.allclose(layer.written_out().float(), groups.written_out(), atol=0.005)
    assert layer.packed.nbytes == 128 * 192 // 2
    assert layer.constants.nbytes == 128 * 192 // GROUP * 4
