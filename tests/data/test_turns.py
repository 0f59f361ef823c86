"""Conversations: the forms that data holds them in, what is wrong with some, and what a model is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from kit.data import DataSpec, load_data, open_data
from kit.data.reading import Reading
from kit.data.turns import Turn, conversation_of
from kit.errors import DataError, ParameterError, UnknownNameError

OPENAI = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Is the pump loud?"},
    {"role": "assistant", "content": "A little."},
    {"role": "user", "content": "And now?"},
    {"role": "assistant", "content": " No. "},
]
SHAREGPT = [
    {"from": "system", "value": "Be brief."},
    {"from": "human", "value": "Is the pump loud?"},
    {"from": "gpt", "value": "A little."},
    {"from": "human", "value": "And now?"},
    {"from": "gpt", "value": " No. "},
]
ASKED = [{**turn, "content": turn["content"]} for turn in OPENAI[:-1]]


def jsonl(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "value",
    [
        OPENAI,
        SHAREGPT,
        json.dumps(OPENAI),
        {"role": [t["role"] for t in OPENAI], "content": [t["content"] for t in OPENAI]},
        [*OPENAI, {"role": "user", "content": "Nobody answers this."}],
        [{**turn, "weight": 1, "name": None} for turn in OPENAI],
        [{"role": t["role"].upper(), "content": [{"type": "text", "text": t["content"]}]} for t in OPENAI],
    ],
    ids=["openai", "sharegpt", "json text", "two lists", "an open end", "more keys", "pieces"],
)
def test_every_form_is_the_same_conversation(tmp_path: Path, value: Any) -> None:
    data = load_data(jsonl(tmp_path, {"messages": value}), task="chat", text="messages")
    assert data.prompts() == [ASKED]
    assert data.answers == ("No.",)
    (row,) = data.items
    assert (row.text, row.accepted) == ("And now?", ("No.",))
    assert row.context == "system: Be brief.\n\nuser: Is the pump loud?\n\nassistant: A little."


@pytest.mark.parametrize("form", ["csv", "parquet", "frame", "frame of parquet"])
def test_conversations_come_in_every_kind_of_file(tmp_path: Path, form: str) -> None:
    source: Any = tmp_path / "talks.parquet"
    parquet.write_table(pa.Table.from_pylist([{"messages": OPENAI, "site": "a"}]), source)
    if form == "csv":
        source = tmp_path / "talks.csv"
        pd.DataFrame([{"messages": json.dumps(OPENAI), "site": "a"}]).to_csv(source, index=False)
    elif form == "frame":
        source = pd.DataFrame([{"messages": OPENAI, "site": "a"}])
    elif form == "frame of parquet":
        source = pd.read_parquet(source)  # its lists are arrays
    data = load_data(source, task="chat", text="messages", columns=["site"])
    assert data.prompts() == [ASKED]
    assert data.items[0].columns == {"site": "a"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([], "has no turns"),
        (None, "the value is null"),
        ("Hello.", "'Hello.' is no conversation"),
        ({"role": "user"}, "is no conversation"),
        ([1], "turn 1, 1, does not say who says what"),
        ([{"role": "user"}], "turn 1"),
        ([{"role": "user", "content": "Hi."}], "no turn of it is the assistant's"),
        ([{"role": "assistant", "content": "Hi."}], "nobody asks before"),
        ([OPENAI[0], {"role": "assistant", "content": "Hi."}], "nobody asks before"),
        ([*OPENAI[:2], {"role": "assistant", "content": " "}], "turn 3, of the assistant, is empty"),
        ([{"role": "user", "content": None}, OPENAI[2]], "turn 1, of the user, is empty"),
        ([{"role": "tool", "content": "7"}, *OPENAI], "turn 1 has the role 'tool'"),
        ([{"from": "narrator", "value": "Once"}, *SHAREGPT], "turn 1 has the role 'narrator'"),
        ([{"role": 3, "content": "a"}], "turn 1 has the role 3"),
        ([{"role": "user", "content": [{"type": "image_url"}]}, OPENAI[2]], "which is no text"),
        ([{"role": "user", "content": "half \ud83d"}, OPENAI[2]], "half a character"),
    ],
)
def test_a_bad_conversation_is_told_with_row_and_field(tmp_path: Path, value: Any, told: str) -> None:
    path = jsonl(tmp_path, {"messages": OPENAI}, {"messages": value})
    with pytest.raises(DataError) as caught:
        load_data(path, task="chat", text="messages")
    assert told in str(caught.value)
    assert (caught.value.row, caught.value.field) == (2, "messages")
    assert caught.value.fix
    good, bad = Reading(DataSpec(source=str(path), task="chat", text="messages")).entries()
    assert good.row is not None
    assert bad.problem is not None
    assert (bad.number, bad.problem.field) == (2, "messages")
    assert told in bad.problem.message


def test_tools_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Calls of tools are not read"):
        load_data(jsonl(tmp_path, {"messages": [{"role": "tool", "content": "7"}]}), task="chat", text="messages")


def test_what_nobody_answers_is_left_out_and_said(tmp_path: Path) -> None:
    more = {"role": "user", "content": "Hello?"}
    path = jsonl(tmp_path, {"m": OPENAI}, {"m": [*OPENAI, more]}, {"m": [*OPENAI, more, more]})
    told = "2 conversations end with a turn that nobody answers; it is left out."
    data = load_data(path, task="chat", text="m")
    assert data.notes == (told,)
    assert data.items[0] == data.items[2]
    reading = Reading(data.spec)
    assert len(list(reading.entries())) == 3
    assert reading.notes == [told]
    assert load_data(jsonl(tmp_path, {"m": OPENAI}), task="chat", text="m").notes == ()


def test_two_questions_in_a_row_are_kept(tmp_path: Path) -> None:
    turns = [OPENAI[1], OPENAI[3], OPENAI[4]]
    assert load_data(jsonl(tmp_path, {"m": turns}), task="chat", text="m").prompts() == [turns[:2]]


def test_what_the_system_says_comes_from_instruction_column_and_turns(tmp_path: Path) -> None:
    path = jsonl(tmp_path, {"talk": SHAREGPT, "s": "Be kind."}, {"talk": SHAREGPT[1:], "s": "Be kind."})
    first, second = load_data(path, task="chat", text="talk", context="s", instruction="Help.").prompts()
    assert first[0] == {"role": "system", "content": "Help.\n\nBe kind."}
    assert first[1:] == ASKED
    assert second == [first[0], *ASKED[1:]]
    only = load_data(path, task="chat", text="talk", instruction="Help.").prompts()
    assert [turns[0]["content"] for turns in only] == ["Help.\n\nBe brief.", "Help."]


def test_conversations_mean_the_same_anywhere(tmp_path: Path) -> None:
    rows = [{"talk": [*SHAREGPT[:3], {"from": "human", "value": f"No. {i}?"}, SHAREGPT[4]]} for i in range(30)]
    data = load_data(jsonl(tmp_path, *rows), task="chat", text="talk")
    train, test = data.split(0.2, seed=1)
    assert not {row.text for row in train.items} & {row.text for row in test.items}
    for part in (data, train, test, data.take([3, 1])):
        again = open_data(DataSpec.from_dict(json.loads(part.spec.to_json())))
        assert (again.hash, again.items) == (part.hash, part.items)
    assert data.take([1]).rows() == [
        {"text": [*(dict(t) for t in data.prompts()[1]), {"role": "assistant", "content": "No."}]}
    ]


def test_the_hash_tells_who_said_what(tmp_path: Path) -> None:
    def hashed(*turns: Any) -> str:
        return load_data(jsonl(tmp_path, {"m": list(turns)}), task="chat", text="m").hash

    user, system, answer = OPENAI[1], {"role": "system", "content": OPENAI[1]["content"]}, OPENAI[4]
    assert len({hashed(user, answer), hashed(system, user, answer), hashed(user, user, answer)}) == 3


def test_a_preview_shows_the_turns(tmp_path: Path) -> None:
    html = load_data(jsonl(tmp_path, {"m": OPENAI}), task="chat", text="m")._repr_html_()
    for part in ("1 row of conversation", "assistant: A little.", "And now?", "No."):
        assert part in html


def test_a_spec_refuses_what_no_conversation_has(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="template"):
        DataSpec(source="a.jsonl", task="chat", template="{a}")
    with pytest.raises(ParameterError, match="labels"):
        DataSpec(source="a.jsonl", task="chat", labels=("a", "b"))
    with pytest.raises(UnknownNameError, match="text='messages'"):
        load_data(jsonl(tmp_path, {"messages": OPENAI}), task="chat")


_said = st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable())
_turns = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), _said), min_size=1, max_size=6)


@given(turns=_turns)
def test_the_last_answer_is_learnt_and_all_before_it_asked(turns: list[tuple[str, str]]) -> None:
    """An independent reading of the rule, by lists."""
    who = [role for role, _content in turns]
    answered = "assistant" in who and "user" in who[: len(who) - 1 - who[::-1].index("assistant")]
    cells = {"m": [{"role": role, "content": content} for role, content in turns]}
    if not answered:
        with pytest.raises(Exception, match=r"assistant|asks"):
            conversation_of(cells, "m")
        return
    before, answer, unanswered = conversation_of(cells, "m")
    assert turns[len(before)] == ("assistant", turns[len(before)][1])
    assert answer == turns[len(before)][1].strip()
    assert list(before) == [Turn(*turn) for turn in turns[: len(before)]]  # type: ignore[arg-type]
    assert "assistant" not in who[len(before) + 1 :]
    assert unanswered == len(turns) - len(before) - 1
