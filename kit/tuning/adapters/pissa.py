"""PiSSA: an adapter that begins as the strongest part of the weights (Meng et al. 2024, arXiv:2404.02948)."""

from __future__ import annotations

_EXACT_BELOW = 1024  # of the smaller side of a matrix; above, peft's own iteration is as good and much quicker
_ITERATIONS = 16  # as the paper has it (section 3.3)


def pissa_name(smaller_side: int) -> str:
    """Return what peft calls it for matrices whose smaller side is at most `smaller_side`.

    Whatever the singular values that are found, the sum of the rest and the adapter is the weight: a quick search costs
    nothing but a little of the adapter's strength.
    """
    return "pissa" if smaller_side <= _EXACT_BELOW else f"pissa_niter_{_ITERATIONS}"
