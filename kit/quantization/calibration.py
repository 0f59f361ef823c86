"""Rows by which a method chooses how to round: as a model reads them, question and answer together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.data import DataSpec, open_data
from kit.engines.hf.prompt import encode, encode_answers, end_of_answer, plain_ids, start_of_text, without_middle

ROWS = 128  # as Frantar et al. 2022 (arXiv:2210.17323) and Lin et al. 2023 (arXiv:2306.00978) took
MAX_LENGTH = 512  # tokens of a row that are read


@dataclass(frozen=True)
class Calibration:
    """What is looked at.

    Parameters
    ----------
    data : DataSpec
        Where the rows come from.
    rows : int, default 128
        How many are looked at, spread evenly over all.
    max_length : int, in tokens, default 512
        Of a longer row the middle is left out.
    """

    data: DataSpec
    rows: int = ROWS
    max_length: int = MAX_LENGTH

    def key(self) -> str:
        """Return what tells it from others: the same for the same rows."""
        return f"{open_data(self.data).hash}-{self.rows}-{self.max_length}"

    def tokens(self, tokenizer: Any) -> list[list[int]]:
        """Return the token ids of each row: at least one, at most `max_length`."""
        data = open_data(self.data)
        spread = data.take(_evenly(len(data), self.rows))
        if spread.task == "continue":
            found = [[start_of_text(tokenizer), *ids] for ids in plain_ids(tokenizer, spread.texts, special=False)]
        else:
            end = end_of_answer(tokenizer)
            asked = [encode(tokenizer, prompt) for prompt in spread.prompts()]
            answers = encode_answers(tokenizer, spread.answers)
            found = [[*ids, *answer, end] for ids, answer in zip(asked, answers, strict=True)]
        return [without_middle(ids, self.max_length) for ids in found]


def _evenly(length: int, wanted: int) -> Sequence[int]:
    if length <= wanted:
        return range(length)
    return [place * length // wanted for place in range(wanted)]
