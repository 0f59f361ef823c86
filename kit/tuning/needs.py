"""What a tuning will take, told by light code before anything loads."""

from __future__ import annotations

import heapq
import os
from typing import TYPE_CHECKING

from kit.data import Dataset, DataSpec, open_data
from kit.data.bundled import DATASETS
from kit.errors import KitError
from kit.i18n import _
from kit.machine import this_machine
from kit.machine.facts import MIB
from kit.models import ModelCard, card_here
from kit.spec import Needs
from kit.tuning.estimate import peak_bytes_of
from kit.tuning.schedule import rows_at_a_time
from kit.words import memory as memory_words

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

_CHARACTERS = 4  # to a token, as a rule of thumb for text in European languages
_FRAME_TOKENS = 12  # what a chat template puts around a question
_FAST_BF16 = {"bf16", "AMX", "SVE"}
_MOST_BYTES = 20_000_000  # a larger file, or one that needs a large library, is not opened to answer this
_SLOW = (".parquet",)


def needs_of(spec: TuneSpec) -> Needs:
    """Return the devices and the main memory that carrying `spec` out takes.

    On GPUs weights and activations are in the GPU's memory, so main memory is not told there. On the CPU it is what
    all processes take together, or None where the model has no card or the data cannot be read.
    """
    gpus = len(this_machine().gpus)
    try:
        card = card_here(spec.model)
        memory = None if card is None else _process_bytes(spec, card)
    except (KitError, OSError, ValueError):  # the work itself will say what is wrong
        card = memory = None
    why = "" if card is None or memory is None else _why(spec, card)
    if gpus:
        return Needs(tuple(f"cuda:{i}" for i in range(min(spec.processes, gpus))), gpu_bytes=memory, why=why)
    return Needs(("cpu",), None if memory is None else memory * spec.processes, why=why)


def _why(spec: TuneSpec, card: ModelCard) -> str:
    weights = memory_words(card.parameters * _bits(spec.precision) / 8 / MIB)
    told = _("The weights of {title} take {size}, and the rest is what training keeps of each row.")
    if spec.processes > 1:
        told = _(
            "The weights of {title} take {size} in each of {n} processes, and training keeps something of each row."
        )
    return told.format(title=card.title, size=weights, n=spec.processes)


def _process_bytes(spec: TuneSpec, card: ModelCard) -> int:
    shared, questions, answer = _tokens(spec)
    answers = answer * len(questions)
    tokens = shared + sum(questions) + answers
    return peak_bytes_of(spec, card, bits=_bits(spec.precision), tokens=tokens, answers=answers)


def _bits(precision: str) -> int:
    here = this_machine()
    fast = bool(here.gpus) or bool(_FAST_BF16 & set(here.instruction_sets))
    return 16 if precision == "bf16" or (precision == "auto" and fast) else 32


def _tokens(spec: TuneSpec) -> tuple[int, list[int], int]:
    """Return guesses: tokens that all rows begin with, of the longest rows of a micro-batch, and of an answer."""
    size = rows_at_a_time(spec.batch_size, spec.micro_batch_size, spec.processes)
    if not _quick_to_read(spec.data):
        return 0, [spec.max_length] * size, 2
    data = open_data(spec.data)
    answer = _of_characters(max(map(len, data.labels))) + 1  # its end is a token too
    shared = _of_characters(len(data.instruction)) + _FRAME_TOKENS
    room = max(spec.max_length - shared - answer, 1)
    return shared, [min(_of_characters(length), room) for length in _longest(data, size)], answer


def _longest(data: Dataset, size: int) -> list[int]:
    return heapq.nlargest(size, map(len, data.texts))


def _of_characters(count: int) -> int:
    return -(-count // _CHARACTERS)


def _quick_to_read(data: DataSpec) -> bool:
    if data.source in DATASETS:
        return True
    source = os.path.expanduser(data.source)
    return not source.lower().endswith(_SLOW) and os.stat(source).st_size <= _MOST_BYTES
