"""What a training step reads, and in which order."""

from __future__ import annotations

from itertools import islice

import pytest
from tinymodel import make_tokenizer

from kit.data import Dataset, DataSpec
from kit.data.row import Row
from kit.tuning.example import Example, batches, encode_examples


def _data(texts: tuple[str, ...]) -> Dataset:
    return Dataset(
        items=tuple(Row(text=text, answer="up") for text in texts),
        labels=("down", "up"),
        instruction="Up or down?",
        origin=DataSpec(source="d.csv"),
    )


def test_an_example_is_the_chat_and_its_answer() -> None:
    tokenizer = make_tokenizer()
    (example,) = encode_examples(tokenizer, _data(("It goes up.",)), 512)
    question = "<|im_start|>user\nUp or down?\n\nIt goes up.<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.decode(example.question) == question
    assert tokenizer.decode(example.answer) == "up<|im_end|>"
    assert len(example) == len(example.question) + len(example.answer)


@pytest.mark.parametrize("max_length", [16, 40, 64])
def test_a_long_text_loses_its_middle(max_length: int) -> None:
    tokenizer = make_tokenizer()
    long, short = encode_examples(tokenizer, _data(("up and " * 100, "up")), max_length)
    whole, _same = encode_examples(tokenizer, _data(("up and " * 100, "up")), 100_000)
    assert len(long) == max_length
    half = len(long.question) // 2
    assert long.question[:half] == whole.question[:half]
    assert long.question[-half:] == whole.question[-half:]
    assert long.answer == short.answer


@pytest.mark.parametrize(("rows", "size"), [(10, 3), (16, 16), (50, 4), (7, 100), (1, 1)])
def test_every_epoch_reads_every_row_once(rows: int, size: int) -> None:
    examples = [Example((1,) * (i % 9 + 1), (2,)) for i in range(rows)]
    each = -(-rows // size)
    order = batches(examples, size=size, seed=3, window=2)
    epochs = [list(islice(order, each)) for _ in range(3)]
    for epoch in epochs:
        assert sorted(row for batch in epoch for row in batch) == list(range(rows))
        assert sorted(len(batch) for batch in epoch) == sorted(
            [size] * (rows // size) + [rows % size] * (rows % size > 0)
        )
    if rows > size:
        assert epochs[0] != epochs[1]


def test_the_seed_fixes_the_order() -> None:
    examples = [Example((1,) * (i % 9 + 1), (2,)) for i in range(40)]
    first, again, other = (list(islice(batches(examples, size=4, seed=seed), 30)) for seed in (5, 5, 6))
    assert first == again != other


def test_batches_hold_rows_of_similar_length() -> None:
    examples = [Example((1,) * (7 * i % 100 + 1), (2,)) for i in range(160)]

    def padding(rows: list[list[int]]) -> int:
        return sum(
            max(len(examples[i]) for i in batch) * len(batch) - sum(len(examples[i]) for i in batch) for batch in rows
        )

    sorted_within = list(islice(batches(examples, size=8, seed=0), 20))
    shuffled = list(islice(batches(examples, size=8, seed=0, window=1), 20))
    assert padding(sorted_within) < padding(shuffled) / 3
