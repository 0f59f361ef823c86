"""What measuring or asking a variant will take, told by light code before anything loads.

The main memory at its peak is the sum of the weights as the method holds them, the keys and values of one batch, what
the largest step makes beside them, and a runtime. Beside what SmolLM2-135M took on a CPU with rows of 138 tokens, 32 at
a time (MiB): fp32 1,207 for 1,186 measured, bf16 854 for 801, bnb-nf4 705 for 755, bnb-int8 1,380 for 1,515; reading
texts of 90 tokens for perplexity, bf16 1,013 for 996; school questions with four choices, bf16 1,013 for 1,034.
"""

from __future__ import annotations

from collections.abc import Iterable

from kit.data import Dataset, DataSpec, open_data
from kit.data.spec import WRITTEN
from kit.engines.openai.address import on_this_machine
from kit.engines.spec import Variant
from kit.errors import KitError
from kit.i18n import _
from kit.machine import this_machine
from kit.machine.facts import MIB
from kit.measure.perplexity import MOST_ROWS
from kit.models import METHOD_BITS, ModelCard, card_here, kv_cache_bytes, locate, weights_bytes
from kit.models.estimates import estimate_making
from kit.models.estimates.answering import held_bytes
from kit.quantization.registry import get_method
from kit.spec import Needs
from kit.words import memory

# A process with torch and transformers that has loaded and measured a model of no size (420 to 515 MiB, by method).
RUNTIME_BYTES = 500 * MIB

_CLIENT_BYTES = 200 * MIB  # of a process that asks a server: 62 MiB measured with one user, and many bring threads
_CHARACTERS = 4  # to a token, as a rule of thumb for text in European languages
_FRAME_TOKENS = 12  # what a chat template puts around a question
_TASK_TOKENS = 512  # of a question with some examples before it; what a task really asks only its library can tell
_LOGIT_BYTES = 5  # for one token of the vocabulary at one place, as measured with 49,152 of them
_LOGITS_BYTES = 256 * MIB  # a batch ends where its logits would take more, if it has more than one row


def evaluation_needs(
    variants: Iterable[Variant],
    data: DataSpec | None,
    *,
    batch_size: int,
    perplexity: bool,
    shots: int = 0,
    answer_tokens: int = 0,
    making: bool = True,
) -> Needs:
    """Return what measuring `variants` one after another takes; without data, on rows as tasks usually have them.

    With `making`, also what it takes to make what a method writes first.
    """
    variants = list(variants)
    if data is None:
        return _needs(
            variants, [_peak_bytes(v, batch=batch_size, tokens=_TASK_TOKENS, logits=0, making=making) for v in variants]
        )
    try:
        rows = open_data(data)
    except (KitError, OSError, ValueError):  # the work itself will say what is wrong
        return _needs(variants, [None])
    asked = _asked(rows, batch_size=batch_size, shots=shots, answer_tokens=answer_tokens)
    read = {"batch": batch_size, "tokens": 0, "logits": _text_tokens(rows)} if perplexity else asked
    return _needs(
        variants, [_most(_peak_bytes(variant, **step, making=making) for step in (asked, read)) for variant in variants]
    )


def answer_needs(variants: Iterable[Variant], prompt: str, *, new_tokens: int) -> Needs:
    """Return what asking `variants` one after another takes."""
    tokens = _of_characters(len(prompt)) + _FRAME_TOKENS + new_tokens
    variants = list(variants)
    return _needs(variants, [_peak_bytes(variant, batch=1, tokens=tokens, logits=0) for variant in variants])


def _needs(variants: list[Variant], peaks: list[int | None]) -> Needs:
    """Return the first device that engines use; weights on a GPU are in its own memory, so main memory is not told.

    A server elsewhere uses none of ours; one on this machine would be timed wrongly beside other work.
    """
    if all(variant.remote and not on_this_machine(variant.engine) for variant in variants):
        return Needs()
    peak = _most(peaks)
    why = "" if peak is None else _why(variants[peaks.index(peak)])
    return Needs(("cuda:0",), gpu_bytes=peak, why=why) if this_machine().gpus else Needs(("cpu",), peak, why=why)


def _why(variant: Variant) -> str:
    card, made_first = (None, False) if variant.remote else model_card(variant.model)
    if card is None:
        return ""
    bits = METHOD_BITS.get(variant.method, get_method(variant.method).bits)
    told = _("The weights of {title} take {size} with {method}.").format(
        title=card.title, size=memory(weights_bytes(card, bits) / MIB), method=variant.method
    )
    if not made_first:
        return told
    return told + " " + _("They are made ready in 32 bits first.")


def _most(peaks: Iterable[int | None]) -> int | None:
    found = list(peaks)
    known = [peak for peak in found if peak is not None]
    return max(known) if known and len(known) == len(found) else None


def _peak_bytes(variant: Variant, *, batch: int, tokens: int, logits: int, making: bool = True) -> int | None:
    """Return the peak for rows of `tokens` tokens, and `logits` positions of a row looked at at once."""
    if variant.remote:
        return _CLIENT_BYTES
    card, made_first = model_card(variant.model)
    if card is None:
        return None
    bits = METHOD_BITS.get(variant.method, get_method(variant.method).bits)
    logits = min(logits, card.context)  # what is longer is read in windows
    asked = kv_cache_bytes(card, tokens, bits=max(bits, 16), batch=batch)
    row = _LOGIT_BYTES * logits * card.vocabulary
    read = min(batch * row, max(row, _LOGITS_BYTES))
    if variant.method == "bnb-int8":
        asked, read = asked + held_bytes(card, batch * tokens), read + held_bytes(card, batch * logits)
    peak = weights_bytes(card, bits) + max(asked, read)
    made = estimate_making(card, variant.method) if making and get_method(variant.method).make else None
    peak = max(peak, weights_bytes(card, 32) if made_first else 0) + RUNTIME_BYTES
    return round(max(peak, 0 if made is None else made.memory_bytes))


def model_card(model: str) -> tuple[ModelCard | None, bool]:
    """Return the card of `model`, and whether its weights are converted or merged first, which is done in 32 bits.

    A merged copy may be there already; that is not looked for.
    """
    try:
        location = locate(model)
        made_first = location.kind == "gguf" or location.adapter is not None
    except KitError:  # still to be fetched
        made_first = False
    return card_here(model), made_first


def _asked(data: Dataset, *, batch_size: int, shots: int, answer_tokens: int) -> dict[str, int]:
    """Return how many rows are asked at a time, how long the longest is, and where in it logits are looked at."""
    if data.task == "continue":
        return {"batch": 1, "tokens": 0, "logits": 0}
    sizes = [len(row.context) + len(row.text) for row in data.items]
    choices = [sum(map(len, row.choices)) for row in data.items]
    solved = shots * (sum(sizes) // len(sizes) + max(map(len, data.answers)))
    question = _of_characters((1 + shots) * len(data.instruction) + max(sizes) + solved) + (1 + shots) * _FRAME_TOKENS
    if data.task in WRITTEN:
        return {"batch": 1, "tokens": question + answer_tokens, "logits": 0}
    chosen = _of_characters(max(choices))
    return {"batch": batch_size, "tokens": question + chosen, "logits": chosen}


def _text_tokens(data: Dataset) -> int:
    """Return the tokens of the longest text that is read for perplexity."""
    texts = data.texts if data.task == "continue" else data.texts[:MOST_ROWS]
    return _of_characters(max(map(len, texts)))


def _of_characters(count: int) -> int:
    return -(-count // _CHARACTERS)
