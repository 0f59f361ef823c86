"""GPTQ against the same computed plainly: an inverse of what is left for every column."""

from __future__ import annotations

import pytest
import torch

from kit.quantization.gptq.solve import compensated, inverse_factor
from kit.quantization.int4.clip import closest_steps
from kit.quantization.int4.groups import nearest, rounded


def _problem(rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(0)
    weight = torch.randn(rows, columns, generator=chance) * 0.1
    mixed = torch.randn(columns, columns, generator=chance) * 0.2 + torch.eye(columns)
    given = torch.randn(4 * columns, columns, generator=chance) @ mixed
    return weight, given.T @ given


def _cost(found: torch.Tensor, weight: torch.Tensor, products: torch.Tensor) -> float:
    off = (found - weight).double()
    return float(((off @ products.double()) * off).sum())


def _plainly(weight: torch.Tensor, products: torch.Tensor) -> torch.Tensor:
    """Optimal brain quantization with a given order (Frantar et al. 2022, equations 2 and 3), in float64."""
    scales, zeros = (each.double() for each in closest_steps(weight, products))
    damped = products.double() + 0.01 * products.diagonal().mean().double() * torch.eye(len(products))
    left, codes = weight.double().clone(), torch.zeros_like(weight)
    order = products.diagonal().argsort(descending=True).tolist()
    for done, column in enumerate(order):
        ahead = order[done:]
        inverse = torch.linalg.inv(damped[ahead][:, ahead])
        scale, zero = scales[:, column // 64], zeros[:, column // 64]
        code = (left[:, column] / scale + zero).round().clamp(0, 15)
        off = (left[:, column] - (code - zero) * scale) / inverse[0, 0]
        left[:, ahead] -= off[:, None] * inverse[0]
        codes[:, column] = code
    return codes


def test_it_rounds_as_the_plain_way_does() -> None:
    weight, products = _problem(16, 128)  # two blocks of columns, so errors pass from one to the next
    same = compensated(weight, products).codes == _plainly(weight, products)
    assert same.float().mean() > 0.995, "a number in the middle of two may go either way"


def test_it_costs_less_than_rounding_each_by_itself() -> None:
    weight, products = _problem(32, 192)
    found = _cost(compensated(weight, products).written_out(), weight, products)
    assert found < 0.8 * _cost(nearest(weight, *closest_steps(weight, products)).written_out(), weight, products)
    assert found < 0.7 * _cost(rounded(weight).written_out(), weight, products)


@pytest.mark.parametrize("dead", [0, 5])
def test_fewer_rows_than_columns_are_enough(dead: int) -> None:
    """Then H has no inverse before it is damped; and an input that never was anything else leaves its weights alone."""
    weight, _products = _problem(8, 64)
    given = torch.randn(3, 64, generator=torch.Generator().manual_seed(3))
    given[:, :dead] = 0
    products = given.T @ given
    assert torch.isfinite(inverse_factor(products)).all()
    found = compensated(weight, products).written_out()
    assert torch.isfinite(found).all()
    assert (found - weight)[:, :dead].abs().max().item() <= 0.1 if dead else True
    assert _cost(found, weight, products) < _cost(rounded(weight).written_out(), weight, products)
