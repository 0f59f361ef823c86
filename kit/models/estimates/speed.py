"""Tokens a second that a model should reach here: a roofline (Williams et al. 2009) of what the machine can do.

Decoding reads every weight that works on a token once; reading a prompt multiplies with each of them for every token.
Small models on fast machines are held up by neither, but by beginning hundreds of operations for each token.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import _
from kit.machine.speed import Speed
from kit.models.card import ModelCard
from kit.models.estimates.answering import feed_forward_width
from kit.models.estimates.cache import cached_numbers
from kit.models.estimates.kept import correction
from kit.models.estimates.weights import bits_of, table_bits

_MATRICES = 7  # of a layer: four of attention, three of the feed-forward block
# Measured with Transformers 5.23 on two cores with AVX-512 (python -m benchmarks.estimates).
_OPS = 200  # operations, and steps of Python, of a layer beside: two norms, rotary positions, the cache, attention
_MOVED = 80  # numbers for each unit of the hidden size that those read and write for each token of a prompt
_ATTENTION_SHARE = 0.35  # of the rate of large products that attention reaches
_READ_SHARE = 0.85  # of the rate at which nothing but weights is read
# Times that the cache goes through memory for each token: it is copied to make room, spread over the heads of a group,
# and on a CPU turned into 32 bits.
_PASSES = {"cpu": 20, "cuda": 3}


@dataclass(frozen=True)
class Kernel:
    """How a method computes its products.

    Parameters
    ----------
    dtype : str
        Type that the products are computed in; of `Speed.tflops`.
    reading : float
        Packed weights read a second with one vector, as a share of the plain weights' bytes a second.
    products : float
        Share of the rate of plain large products that is reached.
    begin : float
        Times that beginning a product costs what it costs for plain weights.
    """

    dtype: str
    reading: float = 1.0
    products: float = 0.85
    begin: float = 1.0


# Measured with bitsandbytes 0.50 on the same machine.
KERNELS = {
    "fp32": Kernel("fp32"),
    "bf16": Kernel("bf16"),
    "fp16": Kernel("fp16"),
    "bnb-int8": Kernel("bf16", reading=1.3, products=0.75, begin=10),
    "bnb-nf4": Kernel("bf16", reading=0.85, products=0.5, begin=2),
    "bnb-fp4": Kernel("bf16", reading=0.85, products=0.5, begin=2),
}


@dataclass(frozen=True)
class SpeedEstimate:
    """Predicted speed of one model, held in one way, on one device.

    Parameters
    ----------
    model, method, device : str
        What it is for.
    ttft_s : float, seconds
        Reading the prompt, up to the first token.
    tpot_s : float, seconds
        Each further token.
    prefill_tokens_per_s, decode_tokens_per_s : float
        The same as rates: of all prompts of a batch together, and of each single answer.
    learned_from : int
        Measurements on this machine that corrected the formula; 0: none.
    """

    model: str
    method: str
    device: str
    ttft_s: float
    tpot_s: float
    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    learned_from: int = 0


def expected_speed(
    card: ModelCard,
    method: str,
    speed: Speed,
    *,
    prompt: int = 512,
    batch: int = 1,
    context: int = 2048,
    learned: bool = True,
) -> SpeedEstimate:
    """Predict how fast `card` answers.

    Decoding: ``max(bytes read / GB/s, 2 · weights · batch / TFLOP/s) + passes · cache / GB/s + beginning``, where
    beginning is seven products and some two hundred other operations for each layer. Reading a prompt:
    ``2 · weights · tokens / TFLOP/s``, attention, what other operations move, and beginning. Weights are those that
    work on a token; the output layer counts once for each answer.

    Parameters
    ----------
    card : ModelCard
        The model.
    method : str
        A key of `METHOD_BITS`.
    speed : Speed
        What was measured of the device.
    prompt : int, tokens, default 512
        Length of each prompt.
    batch : int, default 1
        Answers at a time.
    context : int, tokens, default 2048
        In the cache while decoding.
    learned : bool, default True
        Multiply by what measurements on this machine found for the same method?

    Raises
    ------
    UnknownNameError
        There is no formula for the method.
    ParameterError
        `prompt`, `batch` or `context` is below 1.
    """
    for name, value in (("prompt", prompt), ("batch", batch), ("context", context)):
        if value < 1:
            raise ParameterError(name, value, allowed=_("at least 1"))
    bits_of(method)
    of = _Roofline(card, method, speed)
    first, each = of.reading_s(prompt, batch), of.token_s(context, batch)
    told = 0
    if learned:
        faster_first, one = correction("prefill_tokens_per_s", method, batch * prompt / first, speed.device)
        faster_each, other = correction("decode_tokens_per_s", method, 1 / each, speed.device)
        first, each, told = first / faster_first, each / faster_each, max(one, other)
    return SpeedEstimate(card.name, method, speed.device, first, each, batch * prompt / first, 1 / each, told)


class _Roofline:
    def __init__(self, card: ModelCard, method: str, speed: Speed) -> None:
        self._card, self._speed, self._bits = card, speed, bits_of(method)
        self._kernel = kernel = KERNELS.get(method, Kernel("bf16"))
        slowest = min(speed.tflops.values())
        self._flops = 1e12 * speed.tflops.get(kernel.dtype, slowest)
        self._rate = _READ_SHARE * 1e9 * speed.gemv_gb_s.get(kernel.dtype, speed.bandwidth_gb_s)
        self._linear = max(card.active_parameters - card.embedding_parameters, 0)
        self._head = card.vocabulary * card.hidden_size
        self._bytes = 4 if kernel.dtype == "fp32" else 2

    def token_s(self, context: int, batch: int) -> float:
        """Return the seconds of one step of decoding."""
        kernel = self._kernel
        packed = self._linear * self._bits / 8 / (self._rate * kernel.reading)
        table = self._head * table_bits(self._bits) / 8 / self._rate
        products = 2 * batch * (self._linear / kernel.products + self._head / 0.85) / self._flops
        cache = cached_numbers(self._card, context) * batch * self._bytes / (1e9 * self._speed.bandwidth_gb_s)
        passes = _PASSES[self._speed.device.partition(":")[0]]
        return max(packed + table, products) + passes * cache + self._begin_s()

    def reading_s(self, prompt: int, batch: int) -> float:
        """Return the seconds until the first token of `batch` answers."""
        card, tokens = self._card, prompt * batch
        products = 2 * (tokens * self._linear / self._kernel.products + batch * self._head) / self._flops
        attention = 2 * tokens * prompt * card.layers * card.heads * card.head_size / self._flops / _ATTENTION_SHARE
        moved = tokens * card.layers * (_MOVED * card.hidden_size + 3 * feed_forward_width(card)) * self._bytes
        return max(
            products + attention + moved / (1e9 * self._speed.bandwidth_gb_s) + self._begin_s(),
            self.token_s(prompt, batch),
        )

    def _begin_s(self) -> float:
        product = self._speed.linear_s.get(self._kernel.dtype, self._speed.op_s) * self._kernel.begin
        return self._card.layers * (_MATRICES * product + _OPS * self._speed.op_s)
