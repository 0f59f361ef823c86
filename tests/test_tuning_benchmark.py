"""What the benchmark of tuning makes of its turns, and a whole run of it with a tiny model."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks import peers
from benchmarks.tuning import __main__ as command
from benchmarks.tuning import baseline, compare, material
from benchmarks.tuning.curve import Course, ratios, target_of, times_faster
from benchmarks.tuning.floor import layer_weights, necessary, operations
from benchmarks.tuning.held import held_loss
from benchmarks.tuning.job import Job, Row, read_job, read_rows, write_rows


def _course(losses: list[float], seconds: float, *, tokens: float = 100.0) -> Course:
    turn = {"steps": 5, "seconds": seconds, "tokens": tokens, "peak_mib": 10.0, "necessary": 50, "answers": 5}
    return Course(2.0, 1.0, losses, [turn] * len(losses))


def test_time_to_a_loss_is_read_between_turns() -> None:
    course = _course([1.0, 1.5, 0.5], 10.0)
    assert course.seconds_to(1.5) == pytest.approx(5.0)
    assert course.seconds_to(1.0) == pytest.approx(10.0)
    assert course.seconds_to(0.75) == pytest.approx(25.0)  # the rise in the second turn counts for nothing
    assert course.seconds_to(0.4) is None
    assert course.seconds_to(3.0) == 0.0
    assert (course.steps, course.best, course.rates) == (15, 0.5, [10.0] * 3)


def test_speedup_is_the_ratio_of_times_to_the_same_loss() -> None:
    slow, fast = _course([1.5, 1.0], 40.0), _course([1.5, 1.0], 5.0)
    target = target_of(slow, 0.1)
    assert target == pytest.approx(1.1)  # a tenth of the fall from 2 to 1
    assert times_faster(fast, slow, target) == 8.0
    assert times_faster(_course([1.9], 5.0), slow, target) is None


def test_ratios_are_of_the_same_round() -> None:
    assert ratios([10.0, 30.0, 8.0], [5.0, 10.0, 4.0, 1.0]) == (2.0, [2.0, 3.0])


def test_what_all_rows_begin_with_is_necessary_once() -> None:
    questions, answers = [[1, 2, 3, 4], [1, 2, 5], [1, 2, 3]], [[9, 0], [8, 7, 0], [9, 0]]
    tokens, counted = necessary(questions, answers)
    assert tokens == 2 + (2 + 1 + 1) + (1 + 2 + 1)
    assert counted == 7
    assert necessary([[1, 2, 3]], [[9, 0]]) == (4, 2)
    assert operations(tokens, counted, (10, 100)) == 4 * (10 * 10 + 7 * 100)


def test_weights_are_counted_from_the_configuration(tiny_model: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    c = model.config
    keys = c.hidden_size // c.num_attention_heads * c.num_key_value_heads
    layer = 2 * c.hidden_size**2 + 2 * c.hidden_size * keys + 3 * c.hidden_size * c.intermediate_size
    assert layer_weights(str(tiny_model)) == (c.num_hidden_layers * layer, c.vocab_size * c.hidden_size)


def test_held_loss_is_that_of_each_row_alone(tiny_model: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_model).eval()
    rows = [Row([5, 6, 7, 8, 9], [10, 2]), Row([11, 12], [13, 14, 2]), Row([15, 16, 17], [18, 2])]
    total = 0.0
    for row in rows:
        with torch.no_grad():
            logs = torch.log_softmax(model(torch.tensor([row.question + row.answer])).logits[0].float(), -1)
        total -= sum(float(logs[len(row.question) - 1 + i, token]) for i, token in enumerate(row.answer))
    assert held_loss(model, rows, batch=2) == pytest.approx(total / 7, rel=1e-5)
    assert not model.training


def test_jobs_and_rows_come_back(tmp_path: Path) -> None:
    job = Job("m", "t", "h", str(tmp_path / "job"), 50, settings={"bf16": True})
    assert read_job(str(job.write())) == job
    assert job.warmup_steps == math.ceil(50 * 0.06)
    rows = [Row([1, 2], [3], "ä", "b")]
    assert read_rows(str(write_rows(tmp_path / "rows.jsonl", rows))) == rows


def test_rows_are_held_back_and_encoded_alike(tiny_model: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    file = tmp_path / "rows.jsonl"
    raw = [{"features": {"speed": i, "kind": "a"}, "state": ("up", "down")[i % 2]} for i in range(40)]
    file.write_text("".join(json.dumps(row) + "\n" for row in raw), encoding="utf-8")
    files = material.Files("mine", file, None, "text", "state")
    found = material.labelled(files, tmp_path / "made", tokenizer, held=8, max_length=64, seed=0)
    train, held = read_rows(str(found.rows)), read_rows(str(found.held_rows))
    assert (len(train), len(held)) == (32, 8)
    assert not {row.prompt for row in train} & {row.prompt for row in held}
    assert all(tokenizer(row.prompt, add_special_tokens=False)["input_ids"] == row.question for row in held)
    assert {row.reply for row in train} == {"up<|im_end|>", "down<|im_end|>"}
    assert "speed: " in train[0].prompt


def test_instructions_are_known_by_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"instruction": "Add.", "input": "1 1", "output": "2"}) + "\n", encoding="utf-8")
    assert material.is_instructions(file)
    file.write_text(json.dumps({"text": "a", "label": "b"}) + "\n", encoding="utf-8")
    assert not material.is_instructions(file)


def test_what_a_peer_asks_for_is_read_without_what_breaks_it() -> None:
    listed = "torch>=2.4.0\ntorchvision>=0.19\ntorchdata<=0.11\npeft<=0.18.1,>=0.18\nbitsandbytes>=0.39; extra == 'b'\n"
    assert peers.requirements(listed) == ["torchdata<=0.11", "peft<=0.18.1,>=0.18"]


def test_a_missing_peer_is_told_not_raised_at_random(tmp_path: Path) -> None:
    with pytest.raises(peers.NoPeer, match="--peer-env trl=PATH"):
        peers.python_of("trl", {"trl": str(tmp_path / "python")})


def test_options_name_environments() -> None:
    options = command.parse(["--peer-env", "trl=/a/python", "--quick", "--peers", "trl"])
    assert (options.peer_env, options.peers, options.steps) == ({"trl": "/a/python"}, ["trl"], 4)
    with pytest.raises(SystemExit):
        command.parse(["--peer-env", "other=/a/python"])


def test_what_was_not_measured_is_null() -> None:
    told = compare.headline({"sentfin": {"tokens_per_s": {}, "speedup": {"tutorial": 8.1}, "acc": {"ours": 0.9}}})
    assert told["speedup_tutorial_sentfin"] == 8.1
    assert told["acc"] == {"ours": 0.9}
    for name in ("speedup_trl_sentfin", "speedup_llamafactory_sentfin", "speedup_tutorial_instructions"):
        assert told[name] is None


def test_boosted_trees_are_told_beside_tables(tmp_path: Path) -> None:
    rows = [
        {"features": {"x": i % 10, "kind": "ab"[i % 2]}, "label": "hot" if i % 10 > 4 else "cold"} for i in range(80)
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = baseline.beside(material.Files("t", file, file, "features", "label"))
    assert told == {"gradient_boosting_acc": 1.0, "gradient_boosting_macro_f1": 1.0}


@pytest.fixture
def rows(tmp_path: Path) -> tuple[str, str]:
    """Two files of labelled texts."""
    texts = [
        f"The price of the {thing} {i} goes {('up', 'down')[i % 2]}" for i in range(40) for thing in ("share", "bond")
    ]
    files = tmp_path / "train.jsonl", tmp_path / "test.jsonl"
    for file, part in zip(files, (texts[:60], texts[60:]), strict=True):
        lines = [json.dumps({"text": text, "label": text.rsplit(" ", 1)[1]}) for text in part]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(files[0]), str(files[1])


def test_a_whole_race(
    tiny_model: Path,
    rows: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tools as they are, in processes of their own; one of them cannot be had."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    train, test = rows
    data = ("--model", str(tiny_model), "--train", train, "--test", test, "--folder", str(tmp_path))
    peer = ("--peers", "trl", "--peer-env", f"trl={tmp_path / 'nothing'}")
    monkeypatch.setattr(sys, "argv", ["tuning", *data, *peer, "--quick", "--json"])
    command.main()
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    race = found["races"]["sentfin"]
    assert race["steps"]["tutorial"] == 4
    assert abs(race["held_losses"]["ours"][0] - race["held_losses"]["tutorial"][0]) < 0.05
    assert set(race["missing"]) == {"trl"}
    assert found["speedup_trl_sentfin"] is None
    assert found["tokens_per_s"]["sentfin"]["ours"] > 0
    assert 0 < found["peak_memory_ratio"] < 2
    assert 0 < found["share_of_floor"] < 1
    assert set(found["acc"]) == {"ours", "tutorial"}
