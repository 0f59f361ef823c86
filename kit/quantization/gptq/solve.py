"""Round a matrix so that its products with what was seen change least (Frantar et al. 2022, arXiv:2210.17323).

The error of a row w is ``(w - ŵ) H (w - ŵ)ᵀ`` with H the sum of ``x xᵀ`` over inputs. Columns are rounded one after
the other; what remains of the error is taken by the columns not yet rounded, along the inverse of H, which a Cholesky
factor gives for all steps at once. Columns with the greatest inputs come first, while more can still make up for them;
their groups are those of the matrix as it lies, chosen before, so that nothing is sorted when it is multiplied.
"""

from __future__ import annotations

import torch

from kit.quantization.int4.clip import closest_steps
from kit.quantization.int4.groups import GROUP, MOST, Groups

_DAMPING = 0.01  # of the mean of the diagonal of H, as the authors take it
_BLOCK = 64  # columns whose errors are passed on together


def compensated(weight: torch.Tensor, products: torch.Tensor) -> Groups:
    """Return `weight` rounded, every column making up for those rounded before it.

    Parameters
    ----------
    weight : fp32 tensor [rows, columns]
    products : fp32 tensor [columns, columns]
        The sum of ``x xᵀ`` over the inputs that count.
    """
    scales, zeros = closest_steps(weight, products)
    order = products.diagonal().argsort(descending=True)
    factor = inverse_factor(products[order][:, order])
    codes = _rounded(weight[:, order], factor, scales.float()[:, order // GROUP], zeros.float()[:, order // GROUP])
    return Groups(codes[:, order.argsort()].contiguous().to(torch.uint8), scales, zeros)


def inverse_factor(products: torch.Tensor) -> torch.Tensor:
    """Return the upper Cholesky factor of the inverse of `products`, damped until there is one."""
    damped = products.clone()
    diagonal = damped.diagonal()
    silent = diagonal == 0  # inputs that were never anything else: nothing depends on their weights
    diagonal[silent] = diagonal.mean().clamp(min=1e-6)
    step = _DAMPING * diagonal.mean()
    for _attempt in range(8):
        diagonal += step
        factor, failed = torch.linalg.cholesky_ex(damped)
        if not failed:
            upper: torch.Tensor = torch.linalg.cholesky(torch.cholesky_inverse(factor), upper=True)
            return upper
        step = step * 4
    return torch.eye(len(products), device=products.device)  # not a number anywhere: round to nearest


def _rounded(weight: torch.Tensor, factor: torch.Tensor, scales: torch.Tensor, zeros: torch.Tensor) -> torch.Tensor:
    """Return the codes of `weight`, whose columns have scales and zeros each, in fp32."""
    left, scales, zeros = weight.T.contiguous(), scales.T.contiguous(), zeros.T.contiguous()  # a column lies together
    codes = torch.empty_like(left)
    for start in range(0, len(left), _BLOCK):
        end = min(start + _BLOCK, len(left))
        errors = torch.empty_like(left[start:end])
        for i in range(start, end):
            codes[i] = (left[i] / scales[i]).add_(zeros[i]).round_().clamp_(0, MOST)
            error = torch.addcmul(left[i], codes[i] - zeros[i], scales[i], value=-1).div_(factor[i, i])
            left[i:end].addr_(factor[i, i:end], error, alpha=-1)
            errors[i - start] = error
        left[end:] -= factor[start:end, end:].T @ errors
    return codes.T
