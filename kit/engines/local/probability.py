"""From logits to log-probabilities, with numpy."""

from __future__ import annotations

import numpy


def log_softmax(logits: numpy.ndarray) -> numpy.ndarray:
    """Return the logarithm of the probability of each token of the vocabulary.

    Parameters
    ----------
    logits : ndarray [n, vocabulary], float32

    Returns
    -------
    ndarray [n, vocabulary], float32
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    found: numpy.ndarray = shifted - numpy.log(numpy.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def drawn(logits: numpy.ndarray, temperature: float, draw: numpy.random.Generator) -> int:
    """Return one token, drawn with probabilities softmax(logits / temperature).

    The greatest of logits with Gumbel noise is distributed like that (Gumbel 1954; Maddison et al. 2014,
    arXiv:1411.0030), which needs no sum over the vocabulary.
    """
    return int((logits / temperature + draw.gumbel(size=logits.shape)).argmax())
