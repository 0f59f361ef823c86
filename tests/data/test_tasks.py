"""Rows to choose, to answer and to continue: what is read, refused, divided, stored and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from kit.data import Dataset, DataSpec, load_data, open_data
from kit.data.look import look, main
from kit.errors import DataError, ParameterError, UnknownNameError
from kit.spec import load_spec
from kit.tuning.spec import TuneSpec


def jsonl(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def question(right: Any, choices: Any = ("red", "green", "blue"), **more: Any) -> dict[str, Any]:
    return {"question": "Which colour has grass?", "choices": choices, "answer": right, **more}


CHOOSE = {"task": "choose", "text": "question", "label": "answer"}
ANSWER = {"task": "answer", "text": "question", "label": "answer"}


@pytest.mark.parametrize("right", [1, 1.0, "1", "B", "green", " green "])
def test_the_right_choice_is_a_position_a_letter_or_a_text(tmp_path: Path, right: Any) -> None:
    (row,) = load_data(jsonl(tmp_path, question(right)), **CHOOSE).items
    assert (row.right, row.answer, row.choices) == (1, "green", ("red", "green", "blue"))


def test_rows_may_have_unequal_numbers_of_choices(tmp_path: Path) -> None:
    data = load_data(jsonl(tmp_path, question("C"), question(0, ["a", 2]), question(3, list("wxyz"))), **CHOOSE)
    assert [len(row.choices) for row in data.items] == [3, 2, 4]
    assert data.answers == ("blue", "a", "z")
    assert data.rows()[1] == {"text": "Which colour has grass?", "label": 0, "choices": ["a", "2"]}


@pytest.mark.parametrize(
    ("row", "told", "field"),
    [
        (question(3), "no choice 3: positions go from 0 to 2", "answer"),
        (question(-1), "no choice -1", "answer"),
        (question("E"), "'E' is none of the row's 3 choices", "answer"),
        (question("yellow"), "'yellow' is none", "answer"),
        (question(None), "right choice is missing", "answer"),
        (question(True), "True names no choice", "answer"),
        (question("2", ["1", "2", "3"]), "'2' can mean more than one", "answer"),
        (question("A", ["B", "A"]), "'A' can mean more than one", "answer"),
        (question("x", ["x", "x"]), "'x' can mean more than one", "answer"),
        (question(0, ["one"]), "1 choices", "choices"),
        (question(0, []), "0 choices", "choices"),
        (question(0, "red, green"), "'red, green' is no list", "choices"),
        (question(0, ["red", ""]), "entry 1 of the list, '', is no text", "choices"),
        (question(0, ["red", None]), "entry 1 of the list, None", "choices"),
        (question(0, None), "the value is null", "choices"),
        ({"question": " ", "choices": ["a", "b"], "answer": 0}, "the text is empty", "question"),
    ],
)
def test_a_bad_choice_is_told_with_row_and_field(tmp_path: Path, row: dict[str, Any], told: str, field: str) -> None:
    with pytest.raises(DataError, match=r"rows\.jsonl, line 2") as caught:
        load_data(jsonl(tmp_path, question(0), row), **CHOOSE)
    assert told in str(caught.value)
    assert (caught.value.row, caught.value.field) == (2, field)
    assert caught.value.fix


def test_choices_with_marks_of_their_own(tmp_path: Path) -> None:
    """As public sets of school questions hold them; there "1" is the first."""
    held = {"text": ["red", "green"], "label": ["1", "2"]}
    assert load_data(jsonl(tmp_path, question("2", held)), **CHOOSE).answers == ("green",)


@pytest.mark.parametrize("form", ["csv", "parquet", "frame"])
def test_lists_come_in_every_form(tmp_path: Path, form: str) -> None:
    rows = [question(0), question(2)]
    frame = pd.DataFrame(rows)
    path = tmp_path / f"rows.{form}"
    source: Any = path
    if form == "csv":
        frame.assign(choices=[json.dumps(row["choices"]) for row in rows]).to_csv(path, index=False)
    elif form == "parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    else:
        parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
        source = pd.read_parquet(tmp_path / "rows.parquet")  # its lists are arrays
    data = load_data(source, **CHOOSE)
    assert [row.right for row in data.items] == [0, 2]
    assert data.items[0].choices == ("red", "green", "blue")


def test_an_answer_is_one_text_or_several_that_are_right(tmp_path: Path) -> None:
    rows = [
        {"question": "Who?", "answer": " Ada ", "page": "Ada wrote it."},
        {"question": "Who else?", "answer": ["Ada", "Ada Lovelace", "Ada"], "page": None},
        {"question": "How many?", "answer": 42},
        {"question": "Written how?", "answer": "[1]"},
    ]
    data = load_data(jsonl(tmp_path, *rows), **ANSWER, context="page", instruction="Answer.")
    assert [row.accepted for row in data.items] == [("Ada",), ("Ada", "Ada Lovelace"), ("42",), ("[1]",)]
    assert data.answers[1] == "Ada"
    assert data.prompts()[0] == [{"role": "user", "content": "Answer.\n\nAda wrote it.\n\nWho?"}]
    assert data.prompts()[1] == [{"role": "user", "content": "Answer.\n\nWho else?"}]


@pytest.mark.parametrize(("answer", "told"), [([], "empty"), ("", "empty"), (None, "null"), ({"a": 1}, "no answer")])
def test_a_bad_answer_is_told(tmp_path: Path, answer: Any, told: str) -> None:
    with pytest.raises(DataError, match="line 1, field 'answer'.*" + told):
        load_data(jsonl(tmp_path, {"question": "Who?", "answer": answer}), **ANSWER)


def test_plain_text_needs_nothing_but_text(tmp_path: Path) -> None:
    data = load_data(jsonl(tmp_path, {"text": "One."}, {"text": "Two."}), task="continue")
    assert (data.texts, data.labels, data.instruction) == (("One.", "Two."), (), "")
    assert data.rows() == [{"text": "One."}, {"text": "Two."}]
    assert repr(data) == "<Dataset rows.jsonl: 2 rows, task continue>"


def test_features_are_written_out(tmp_path: Path) -> None:
    rows = [
        {"features": {"age": 40, "job": "clerk", "phone": None, "share": 0.5}, "label": "good"},
        {"features": {"age": 20, "job": "none"}, "label": "bad"},
    ]
    data = load_data(jsonl(tmp_path, *rows), text="features")
    assert data.texts == ("age: 40; job: clerk; share: 0.5", "age: 20; job: none")
    seen = look(data.spec.source)
    assert seen["usable"]
    assert seen["proposed"] == {"text": "features", "label": "label"}


@pytest.mark.parametrize("task", ["choose", "answer", "continue"])
def test_parts_share_no_row_and_mean_the_same_anywhere(tmp_path: Path, task: str) -> None:
    rows = [question(i % 3, subject=f"s{i % 2}") | {"question": f"Question {i}?"} for i in range(50)]
    columns = {"columns": ["subject"]} | ({"text": "question"} if task == "continue" else CHOOSE | {"task": task})
    data = load_data(jsonl(tmp_path, *rows), **columns | {"task": task})  # type: ignore[arg-type]
    train, test = data.split(0.2, seed=1)
    assert (len(train), len(test)) == (40, 10)
    assert not set(train.texts) & set(test.texts)
    some = open_data(test.spec.replace(limit=4))
    assert len(some) == 4
    assert set(some.texts) < set(test.texts)
    for part in (test, some, data.take([3, 1])):
        again = open_data(DataSpec.from_dict(json.loads(part.spec.to_json())))
        assert (again.hash, again.items) == (part.hash, part.items)
    assert data.take([0]).items[0].columns == {"subject": "s0"}


def test_the_hash_tells_tasks_and_right_answers_apart(tmp_path: Path) -> None:
    def hashed(*rows: dict[str, Any], **more: Any) -> str:
        return load_data(jsonl(tmp_path, *rows), **CHOOSE | more).hash

    base = hashed(question(1))
    assert hashed(question("B", subject="x"), columns=["subject"]) == base
    others = [
        hashed(question(2)),
        hashed(question(1, ["red", "green", "grey"])),
        hashed(question(1, page="Look."), context="page"),
        load_data(jsonl(tmp_path, question("green")), **ANSWER).hash,
        load_data(jsonl(tmp_path, question("green")), task="continue", text="question").hash,
    ]
    assert len({base, *others}) == 6


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"task": "chose"}, "task"),
        ({"task": "choose", "labels": ("a", "b")}, "labels"),
        ({"task": "continue", "instruction": "Read."}, "instruction"),
        ({"task": "continue", "context": "page"}, "context"),
        ({"task": "choose", "choices": "label"}, "choices"),
        ({"task": "answer", "context": "text"}, "context"),
        ({"columns": ("a", "a")}, "columns"),
    ],
)
def test_a_spec_refuses_what_cannot_be(options: dict[str, Any], parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        DataSpec(source="rows.jsonl", **options)
    assert caught.value.parameter == parameter


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = jsonl(tmp_path, question(0))
    with pytest.raises(UnknownNameError, match=r"text=(.question.|…)"):
        load_data(path, task="choose", label="answer")
    with pytest.raises(UnknownNameError, match="no column 'subject'"):
        load_data(path, **CHOOSE, columns=["subject"])


def test_a_further_column_holds_words_or_numbers(tmp_path: Path) -> None:
    rows = [question(0, group=3.0), question(0, group=None), question(0)]
    data = load_data(jsonl(tmp_path, *rows), **CHOOSE, columns=["group"])
    assert [row.columns for row in data.items] == [{"group": "3"}, {"group": ""}, {"group": ""}]
    with pytest.raises(DataError, match="line 1, field 'group'"):
        load_data(jsonl(tmp_path, question(0, group=[1])), **CHOOSE, columns=["group"])


def test_a_tuning_is_validated_on_the_task_that_it_learns() -> None:
    with pytest.raises(ParameterError, match=r"validation\.task='choose'"):
        TuneSpec(model="m", data=DataSpec(source="a.csv"), validation=DataSpec(source="b.csv", task="choose"))


def test_files_are_looked_at_for_their_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(jsonl(tmp_path, *(question(i % 3, id=i) | {"question": f"Which {i}?"} for i in range(9))))
    seen = look(path, task="choose")
    assert seen["proposed"] == {"text": "question", "label": "answer", "choices": "choices"}
    assert seen["usable"]
    assert [each["task"] for each in seen["tasks"]] == ["classify", "choose", "answer", "continue"]
    main([path, "", "", "choose"])
    assert json.loads(capsys.readouterr().out) == seen
    bare = look(str(jsonl(tmp_path, {"text": "a long text"}, {"text": "another text"})), task="choose")
    assert not bare["usable"]
    assert {problem["message"] for problem in bare["problems"]} >= {"No column holds lists of choices."}
    bad = look(str(jsonl(tmp_path, question(0), question(9))), task="choose")
    assert (bad["problems"][0]["row"], bad["problems"][0]["field"]) == (2, "answer")


def test_previews_show_each_task(tmp_path: Path) -> None:
    def shown(data: Dataset) -> str:
        return data._repr_html_()

    path = jsonl(tmp_path, question(1, page="Look <here>", group="x"))
    html = shown(load_data(path, **CHOOSE, context="page", columns=["group"]))
    for part in (
        "1 row to choose",
        "Look &lt;here&gt;",
        "red · green · blue",
        '<td style="text-align: left">green<',
        "x<",
    ):
        assert part in html
    assert "to answer in words" in shown(load_data(jsonl(tmp_path, question(["a", "b"])), **ANSWER))
    assert "of plain text" in shown(load_data(path, task="continue", text="question"))


def test_specs_of_earlier_versions_mean_the_same() -> None:
    old = {"spec": "kit.data.spec:DataSpec", "source": "finance-alerts", "text": "text", "label": "label", "seed": 3}
    assert load_spec(old) == DataSpec(source="finance-alerts", seed=3)
