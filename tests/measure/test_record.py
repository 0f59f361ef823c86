"""Records of rows come back as they were, whatever is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import KitError
from kit.measure.record import Record, prompt_hash, read_records, write_records
from kit.result import Result

RECORDS = [
    Record(row=0, hash=prompt_hash("The price", ["up", "down"]), gold="up", answer="down", scores={"acc": 0.0}),
    Record(row=1, hash="1", answer="one\u2028two\x85three\n\u001cfour", logprobs=(-1.25, -3.0), choices=("a", "b")),
    Record(row=2, hash="2", text="日本語 \U0001f600", slices={"label": "gut"}),
]


def test_any_text_comes_back(tmp_path: Path) -> None:
    write_records(tmp_path / "artifacts" / "rows.jsonl", RECORDS)
    result = Result(spec={}, artifacts={"rows": "artifacts/rows.jsonl"}).in_folder(tmp_path)
    assert read_records(result) == tuple(RECORDS)


def test_a_result_without_rows_or_with_damaged_ones_says_so(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="no record of its rows"):
        read_records(Result(spec={}).in_folder(tmp_path))
    (tmp_path / "rows.jsonl").write_text('{"row": 0', encoding="utf-8")
    with pytest.raises(KitError, match=r"cannot be read from .*rows\.jsonl"):
        read_records(Result(spec={}, artifacts={"rows": "rows.jsonl"}).in_folder(tmp_path))


def test_the_same_question_has_the_same_hash() -> None:
    asked = [{"role": "user", "content": "The price"}]
    assert prompt_hash(asked, ["up"]) == prompt_hash([dict(asked[0])], ("up",))
    assert len({prompt_hash(asked, ["up"]), prompt_hash(asked, ["down"]), prompt_hash("The price", ["up"])}) == 3
