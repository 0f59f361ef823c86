"""The divergence from a teacher, held against plain formulas."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from kit.tuning.distill.soft import Soft, divergence, softened, together

N, H, V = 11, 16, 40


def _given(seed: int = 0) -> tuple[torch.Tensor, nn.Linear, torch.Tensor]:
    torch.manual_seed(seed)
    return torch.randn(N, H), nn.Linear(H, V, bias=False), 3 * torch.randn(N, V)


def _soft(logits: torch.Tensor, temperature: float, top: int, weight: float = 1.0) -> Soft:
    return Soft(*softened(logits, temperature, top), temperature=temperature, weight=weight)


@pytest.mark.parametrize("temperature", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("stretch", [4, 256])
def test_all_tokens_kept_is_the_divergence_itself(temperature: float, stretch: int) -> None:
    hidden, head, teacher = _given()
    hidden.requires_grad_()
    found = divergence(hidden, head, _soft(teacher, temperature, V, weight=0.7), stretch=stretch)
    found.backward()
    mine, hidden.grad, head_grad = hidden.grad, None, head.weight.grad
    head.weight.grad = None
    p, q = (torch.log_softmax(z / temperature, dim=-1) for z in (teacher, head(hidden)))
    wanted = 0.7 * temperature**2 * nn.functional.kl_div(q, p, log_target=True, reduction="sum")
    wanted.backward()
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(mine, hidden.grad, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(head_grad, head.weight.grad, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("top", [1, 5, 39])
def test_others_count_as_one(top: int) -> None:
    hidden, head, teacher = _given(1)
    hidden.requires_grad_()
    found = divergence(hidden, head, _soft(teacher, 2.0, top))
    found.backward()
    mine, hidden.grad = hidden.grad, None
    p, q = (torch.softmax(z / 2.0, dim=-1) for z in (teacher, head(hidden)))
    wanted = torch.zeros(())
    for row in range(N):  # plainly: probabilities, one row at a time
        kept = p[row].argsort(descending=True)[:top]
        ps = torch.cat([p[row, kept], (1 - p[row, kept].sum())[None]])
        qs = torch.cat([q[row, kept], (1 - q[row, kept].sum())[None]])
        wanted = wanted + 4 * (ps * (ps.log() - qs.log())).sum()
    wanted.backward()
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(mine, hidden.grad, rtol=1e-3, atol=1e-4)
    assert found < divergence(hidden, head, _soft(teacher, 2.0, V)), "a coarser view cannot show more"


def test_a_student_like_its_teacher_has_nothing_to_learn() -> None:
    hidden, head, _teacher = _given(2)
    hidden.requires_grad_()
    for top in (3, V):
        found = divergence(hidden, head, _soft(head(hidden).detach(), 2.0, top))
        (grad,) = torch.autograd.grad(found, hidden)
        assert abs(float(found)) < 1e-4
        assert grad.abs().max() < 1e-4


def test_the_gradient_does_not_shrink_with_the_temperature() -> None:
    """Why T² is there: for logits small beside T the gradient tends to ``(z - v) / V`` (the paper's eq. 4)."""
    hidden, head, teacher = _given(3)
    hidden.requires_grad_()
    (grad,) = torch.autograd.grad(divergence(hidden, head, _soft(teacher, 1000.0, V)), hidden)
    student = head(hidden)
    apart = (student - student.mean(-1, keepdim=True)) - (teacher - teacher.mean(-1, keepdim=True))
    torch.testing.assert_close(grad, apart.detach() / V @ head.weight, rtol=0.02, atol=1e-3)


def test_rows_of_a_batch_are_put_together() -> None:
    _hidden, _head, teacher = _given()
    rows = [_soft(part, 2.0, 7) for part in teacher.split([3, 8])]
    whole, one = together(rows, torch.device("cpu")), _soft(teacher, 2.0, 7)
    assert whole is not None
    assert torch.equal(whole.tokens, one.tokens)
    assert torch.equal(whole.rest, one.rest)
    assert together([None, None], torch.device("cpu")) is None
