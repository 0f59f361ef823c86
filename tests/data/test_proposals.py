"""What is proposed for data that nobody has explained yet: for which task, which columns, how sure, and why."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from kit.data import load_data
from kit.data.column import Column
from kit.data.look import look
from kit.data.names import is_number_of_row, named
from kit.data.spec import TASKS

N = 60


def _jsonl(tmp_path: Path, rows: list[dict[str, Any]]) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def _csv(tmp_path: Path, rows: list[dict[str, Any]]) -> str:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def _long(i: int) -> str:
    return f"The pump in hall {i} makes a noise whenever the valve behind it is opened by hand."


TALK = [{"role": "user", "content": "Loud?"}, {"role": "assistant", "content": "No."}]
SETS: dict[str, tuple[list[dict[str, Any]], str, dict[str, str]]] = {
    "labels": (
        [{"id": i, "text": _long(i), "label": "abc"[i % 3], "source": f"s{i % 2}"} for i in range(N)],
        "classify",
        {"text": "text", "label": "label"},
    ),
    "labels of other names": (
        [{"key": i, "remark": _long(i), "verdict": ["keep", "drop"][i % 2]} for i in range(N)],
        "classify",
        {"text": "remark", "label": "verdict"},
    ),
    "a word of a name": (
        [{"note": _long(i), "group": f"g{i % 4}", "finalLabel": "ab"[i % 2]} for i in range(N)],
        "classify",
        {"text": "note", "label": "finalLabel"},
    ),
    "labels in Chinese": (
        [{"编号": i, "文本": f"病人{i}说他头痛，已经三天了", "科室": ["内科", "外科"][i % 2]} for i in range(N)],
        "classify",
        {"text": "文本", "label": "科室"},
    ),
    "choices": (
        [{"question": f"Which {i}?", "options": ["red", "blue", f"c{i}"], "answer": i % 3} for i in range(N)],
        "choose",
        {"text": "question", "label": "answer", "choices": "options"},
    ),
    "choices in Chinese": (
        [{"题目": f"哪个{i}？", "选项": ["甲", "乙"], "答案": "AB"[i % 2]} for i in range(N)],
        "choose",
        {"text": "题目", "label": "答案", "choices": "选项"},
    ),
    "Alpaca": (
        [{"instruction": f"Shorten {i}.", "input": _long(i), "output": f"Noise in hall {i}."} for i in range(N)],
        "answer",
        {"text": "instruction", "label": "output", "context": "input"},
    ),
    "passages": (
        [{"context": _long(i), "question": f"Where {i}?", "answers": {"text": [f"hall {i}"]}} for i in range(N)],
        "answer",
        {"text": "question", "label": "answers", "context": "context"},
    ),
    "answers in Chinese": (
        [{"问题": f"头痛{i}怎么办？", "回答": f"多休息，第{i}天再来。"} for i in range(N)],
        "answer",
        {"text": "问题", "label": "回答"},
    ),
    "OpenAI": ([{"messages": TALK, "id": i} for i in range(N)], "chat", {"text": "messages"}),
    "ShareGPT": (
        [
            {"conversations": [{"from": "human", "value": f"{i}?"}, {"from": "gpt", "value": "No."}], "system": "Hi."}
            for i in range(N)
        ],
        "chat",
        {"text": "conversations", "context": "system"},
    ),
    "features": (
        [
            {"id": f"a rather long name of row {i}", "features": {"age": i, "job": "clerk"}, "y": i % 2}
            for i in range(N)
        ],
        "classify",
        {"text": "features", "label": "y"},
    ),
    "plain text": ([{"body": _long(i)} for i in range(N)], "continue", {"text": "body"}),
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_likeliest_reading_is_that_of_a_person_and_loads(tmp_path: Path, name: str, form: str) -> None:
    rows, task, roles = SETS[name]
    if form == "csv":
        flat = [{k: v if isinstance(v, str | int) else json.dumps(v) for k, v in row.items()} for row in rows]
        if name == "passages":
            flat = [{**row, "answers": rows[i]["answers"]["text"][0]} for i, row in enumerate(flat)]
        if name == "features":
            flat = [{**row, "features": f"age: {i}; job: a clerk in a bank"} for i, row in enumerate(flat)]
        path = _csv(tmp_path, flat)
    else:
        path = _jsonl(tmp_path, rows)
    best = look(path, task="")["proposals"][0]
    assert best["task"] == task
    assert {role: taken["column"] for role, taken in best["roles"].items()} == roles
    columns: dict[str, Any] = dict(roles)
    data = load_data(path, task=best["task"], **columns)
    assert len(data) == N


@pytest.mark.parametrize("name", SETS)
def test_every_proposal_has_reasons_and_is_usable(tmp_path: Path, name: str) -> None:
    path = _jsonl(tmp_path, SETS[name][0])
    found = look(path)["proposals"]
    assert [each["confidence"] for each in found] == sorted((each["confidence"] for each in found), reverse=True)
    for each in found:
        assert each["task"] in TASKS
        assert all(0 < taken["confidence"] <= 1 and taken["reason"] for taken in each["roles"].values())
        assert all(role in each["reason"] for role in each["roles"])


def test_reasons_have_the_numbers(tmp_path: Path) -> None:
    best = look(_jsonl(tmp_path, SETS["labels"][0]))["proposals"][0]
    assert best["roles"]["label"]["reason"] == "its name, and 3 different words in 60 rows"
    text = round(sum(len(_long(i)) for i in range(N)) / N)
    assert best["roles"]["text"]["reason"] == f"its name, and texts of {text} characters on average"


@pytest.mark.parametrize("name", ["machine failure", "broke"])
def test_many_short_columns_are_a_table(tmp_path: Path, name: str) -> None:
    rows = [
        {"udi": i, "type": "LMH"[i % 3], "torque": 40 + i / 7, "speed": 1500 + i, "wear": i, name: int(i % 5 == 0)}
        for i in range(N)
    ]
    path = _csv(tmp_path, rows)
    best = look(path)["proposals"][0]
    assert best["template"] == "type: {type}; torque: {torque}; speed: {speed}; wear: {wear}"
    assert best["roles"]["label"]["column"] == name
    data = load_data(path, template=best["template"], label=name)
    assert data.texts[1] == f"type: M; torque: {40 + 1 / 7}; speed: 1501; wear: 1"
    assert look(path, task="")["first"] == look(path, label=name, template=best["template"])["first"]
    seen = look(path, task="")
    assert (seen["usable"], seen["template"], seen["proposed"]) == (True, best["template"], {"label": name})
    assert seen["first"][1] == [data.texts[1], "0"]


def test_texts_beside_a_label_are_no_table(tmp_path: Path) -> None:
    rows = [{"text": _long(i), "label": "ab"[i % 2], "x": i, "y": i, "z": i} for i in range(N)]
    assert not any(each["template"] for each in look(_jsonl(tmp_path, rows))["proposals"])


def test_a_task_can_be_asked_for(tmp_path: Path) -> None:
    path = _jsonl(tmp_path, SETS["OpenAI"][0])
    assert look(path, task="chat")["proposed"] == {"text": "messages"}
    assert look(path, task="chat")["first"][0] == ["Loud?", "No."]
    seen = look(_jsonl(tmp_path, SETS["labels"][0]), task="chat")
    assert not seen["usable"]
    assert seen["problems"][0]["message"] == "No column holds conversations."


def test_columns_named_by_hand_stay(tmp_path: Path) -> None:
    seen = look(_jsonl(tmp_path, SETS["labels"][0]), label="source")
    assert seen["proposed"] == {"text": "text", "label": "source"}
    assert [each["name"] for each in seen["labels"]] == ["s0", "s1"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, "3", "-4,5e3"], "number"),
        ([True, False], "truth"),
        (["a", "b"] * 5, "words"),
        ([f"a longer text {i}" for i in range(9)], "text"),
        ([["a", "b"], ["c"]], "list"),
        (['["a", "b"]', '["c"]'], "list"),
        ([TALK, TALK], "turns"),
        ([json.dumps(TALK)], "turns"),
        ([{"role": ["user"], "content": ["x"]}], "turns"),
        ([{"a": 1}, {"b": 2}], "features"),
        (["[1] as Smith says", "[2] and others", "plain", "more"], "text"),
        ([None, "", " "], "other"),
        ([b"x"], "other"),
        (["a", ["b"]], "other"),
    ],
)
def test_kinds_of_columns(values: list[Any], kind: str) -> None:
    column = Column("c")
    for value in values:
        column.add(value)
    assert column.described()["kind"] == kind


def test_names() -> None:
    assert named(["X", "final_label", "labels"], ("label", "labels")) == "labels"
    assert named(["最终标签", "x"], ("标签",)) == "最终标签"
    assert named(["mislabelled"], ("label",)) == ""
    assert is_number_of_row("patientID")
    assert not is_number_of_row("idea")
