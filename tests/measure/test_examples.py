"""What a model is asked: as chat, as plain text, with solved examples before the question."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, load_data, open_data
from kit.engines import Variant
from kit.errors import DataError, ParameterError, UnknownNameError
from kit.experiments import SweepSpec
from kit.experiments.each import variant_spec
from kit.measure import EvaluateSpec
from kit.measure.belonging import groups_of
from kit.measure.examples import Examples, examples_for
from kit.measure.judge import JudgeSpec

VARIANT = Variant(model="smollm2-135m-instruct")
JUDGE = JudgeSpec(url="http://127.0.0.1:9/v1", model="m")


def jsonl(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def colours(tmp_path: Path) -> DataSpec:
    rows = [
        {
            "question": f"Colour {i}?",
            "choices": ["red", "green", "blue"][: 2 + i % 2],
            "answer": i % 2,
            "of": "xy"[i % 2],
        }
        for i in range(20)
    ]
    source = jsonl(tmp_path / "colours.jsonl", rows)
    return DataSpec(source=source, task="choose", text="question", label="answer", split="test")


@pytest.fixture
def moods(tmp_path: Path) -> DataSpec:
    rows = [{"text": f"Text {i}", "label": ["good", "bad", "fair"][i % 3]} for i in range(60)]
    return DataSpec(source=jsonl(tmp_path / "moods.jsonl", rows), instruction="Which mood?", split="test")


def asked(data: DataSpec, **options: Any) -> Examples:
    spec = EvaluateSpec(variant=VARIANT, data=data, **options)
    return examples_for(spec, open_data(data))


def test_labels_as_chat(moods: DataSpec) -> None:
    examples, rows = asked(moods), open_data(moods)
    assert list(examples.prompts) == rows.prompts()
    assert set(examples.continuations) == {("bad", "fair", "good")}
    assert [rows.labels[place] for place in examples.gold] == list(rows.answers)
    assert (examples.shots, examples.mark) == ((), "")


def test_labels_as_plain_text(moods: DataSpec) -> None:
    examples = asked(moods, chat=False)
    assert examples.prompts[0] == f"Which mood?\n\n{open_data(moods).texts[0]}\nAnswer:"
    assert examples.continuations[0] == (" bad", " fair", " good")


def test_choices_as_chat_and_as_plain_text(colours: DataSpec) -> None:
    rows = open_data(colours)
    chat, plain = asked(colours), asked(colours, chat=False)
    assert chat.prompts[1] == [{"role": "user", "content": rows.texts[1]}]
    assert chat.continuations == tuple(row.choices for row in rows.items)
    assert plain.prompts[1] == f"Question: {rows.texts[1]}\nAnswer:"
    assert plain.continuations[1] == tuple(f" {choice}" for choice in rows.items[1].choices)
    assert plain.gold == chat.gold == tuple(row.right for row in rows.items)


def test_examples_before_a_question(colours: DataSpec) -> None:
    rows = open_data(colours)
    chat, plain = asked(colours, shots=2), asked(colours, shots=2, chat=False)
    one, two = chat.shots
    assert chat.prompts[0] == [
        {"role": "user", "content": one.text},
        {"role": "assistant", "content": one.answer},
        {"role": "user", "content": two.text},
        {"role": "assistant", "content": two.answer},
        {"role": "user", "content": rows.texts[0]},
    ]
    solved = "".join(f"Question: {shot.text}\nAnswer: {shot.answer}\n\n" for shot in (one, two))
    assert plain.prompts[0] == f"{solved}Question: {rows.texts[0]}\nAnswer:"
    assert chat.mark == plain.mark != asked(colours, shots=1).mark


def test_plain_text_is_what_lm_eval_puts_together(moods: DataSpec) -> None:
    """By lm-eval's own code, from a task that says what our module says."""
    import datasets
    from lm_eval.api.task import ConfigurableTask

    from kit.measure import plain

    examples, rows = asked(moods, shots=3, chat=False), open_data(moods)
    docs = [{"text": row.text, "label": row.answer} for row in (*examples.shots, *rows.items)]
    task = ConfigurableTask(
        config={
            "task": "moods",
            "custom_dataset": lambda **_options: {"test": datasets.Dataset.from_list(docs[3:])},
            "test_split": "test",
            "output_type": "multiple_choice",
            "description": plain.description(rows.instruction),
            "doc_to_text": lambda doc: plain.question("classify", doc["text"]),
            "doc_to_target": lambda doc: doc["label"],
            "doc_to_choice": list(rows.labels),
            "target_delimiter": plain.TARGET_DELIMITER,
            "fewshot_delimiter": plain.SHOT_DELIMITER,
            "fewshot_config": {"sampler": "first_n", "samples": docs[:3]},
        }
    )
    assert task.fewshot_context(docs[3], 3) == examples.prompts[0]
    requests = task.construct_requests(
        docs[3], task.fewshot_context(docs[3], 3), metadata=("", 0, 1), apply_chat_template=False, chat_template=None
    )
    assert [request.args[1] for request in requests] == list(examples.continuations[0])


def test_no_row_that_is_asked_is_an_example(moods: DataSpec, tmp_path: Path) -> None:
    rows = open_data(moods)
    for shots in (1, 7, 40):
        drawn = asked(moods, shots=shots).shots
        assert len({shot.text for shot in drawn}) == shots
        assert not {shot.text for shot in drawn} & set(rows.texts)
    whole = moods.replace(split="all")  # holds the rows that are asked
    drawn = asked(moods, shots=48, shots_data=whole).shots
    assert not {shot.text for shot in drawn} & set(rows.texts)
    with pytest.raises(DataError, match="has 48 rows that are not asked themselves, and 49"):
        asked(moods, shots=49, shots_data=whole)


def test_labels_take_turns_among_examples(moods: DataSpec) -> None:
    for shots, least in ((3, 1), (4, 1), (12, 4)):
        counts = Counter(shot.answer for shot in asked(moods, shots=shots).shots)
        assert min(counts[label] for label in ("good", "bad", "fair")) == least


def test_another_seed_draws_others(moods: DataSpec) -> None:
    train = moods.replace(split="train")
    assert asked(moods, shots=5).shots == asked(moods, shots=5).shots
    drawn = [asked(moods, shots=5, shots_data=train.replace(split="all", seed=seed)).shots for seed in (1, 2)]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"shots": 2}, "shots"),
        ({"shots_data": DataSpec(source="b.csv")}, "shots"),
        ({"shots": 2, "shots_data": DataSpec(source="b.csv", task="choose")}, "shots_data.task"),
        ({"shots": 2, "data": DataSpec(source="a.csv", task="continue", split="test")}, "shots"),
        ({"judge": JUDGE}, "judge"),
        ({"slices": ("of", "of")}, "slices"),
        ({"answer_tokens": 0}, "answer_tokens"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], parameter: str) -> None:
    for make in (
        lambda **values: EvaluateSpec(variant=VARIANT, **values),
        lambda **values: SweepSpec(model="smollm2-135m-instruct", **values),
    ):
        with pytest.raises(ParameterError) as caught:
            make(**{"data": DataSpec(source="a.csv"), **options})
        assert caught.value.parameter == parameter


def test_a_sweep_asks_each_variant_the_same(colours: DataSpec) -> None:
    same: dict[str, Any] = {"shots": 2, "shots_data": colours.replace(seed=4), "chat": False, "slices": ("of",)}
    spec = variant_spec(SweepSpec(model="m", data=colours, answer_tokens=9, **same), "fp32")
    assert {name: getattr(spec, name) for name in same} == same
    assert spec.answer_tokens == 9


def test_a_column_that_is_not_there_is_told_before_anything_loads(colours: DataSpec) -> None:
    spec = EvaluateSpec(variant=VARIANT, data=colours, slices=("off",))
    with pytest.raises(UnknownNameError, match=r"slices='off'.*Known: .*of"):
        spec.look_ahead()
    with pytest.raises(DataError, match="examples are wanted"):
        EvaluateSpec(variant=VARIANT, data=colours, shots=30).look_ahead()


def test_groups_of_rows(colours: DataSpec, tmp_path: Path) -> None:
    groups = groups_of(open_data(colours.replace(split="all", columns=("of",))))
    assert Counter(group["of"] for group in groups) == {"x": 10, "y": 10}
    assert {group["length"] for group in groups[:10]} < {group["length"] for group in groups}
    rows = [{"text": "x" * (i + 1), "label": "ab"[i % 2]} for i in range(40)]
    lengths = groups_of(load_data(jsonl(tmp_path / "lengths.jsonl", rows)))
    assert Counter(group["length"] for group in lengths) == dict.fromkeys(
        ("short", "rather short", "rather long", "long"), 10
    )
    assert lengths[0] == {"length": "short", "label": "a"}
    even = groups_of(load_data(jsonl(tmp_path / "even.jsonl", [{"text": "xy", "label": label} for label in "ab"])))
    assert even == [{"label": "a"}, {"label": "b"}]
