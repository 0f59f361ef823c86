"""Synthetic rows: what is asked, what of the replies is kept, and that nothing is lost or tested on."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tinyserver
from tinyserver import TinyServer, tiny_server

import kit
from kit.errors import KitError, ParameterError, RunFailedError, Stopped
from kit.gate.synthesize.plan import tasks
from kit.gate.synthesize.reply import pair_in, text_in
from kit.gate.synthesize.synthesize import synthesize
from kit.report import Event, ListReport

SUBJECTS = ("price", "share", "bond", "index", "profit", "dollar", "rate", "order", "fund", "debt")
TEXTS = [
    f"The {subject} of the {place} company went {way} today."
    for place, (subject, way) in enumerate((subject, way) for way in ("up", "down") for subject in SUBJECTS)
]
WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "jetty",
    "knoll",
    "ledge",
    "marsh",
    "niche",
    "ocean",
    "plaza",
    "quarry",
    "ridge",
    "slope",
    "trail",
    "upland",
    "valley",
    "wharf",
    "yard",
    "zenith",
    "arbor",
    "brook",
    "canyon",
    "dune",
    "estuary",
    "forest",
    "glacier",
    "harbor",
    "island",
]


@pytest.fixture
def data(tmp_path: Path) -> kit.DataSpec:
    path = tmp_path / "rows.jsonl"
    rows = [{"text": text, "label": text.split()[-2], "id": place} for place, text in enumerate(TEXTS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return kit.DataSpec(source=str(path))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyServer]:
    """A server whose model says something new each time; `says_to` may be set by a test."""
    count, lock = iter(range(10_000)), threading.Lock()

    def fresh(words: str) -> str:
        with lock:
            n = next(count)
        return " ".join(WORDS[(n * step + step) % len(WORDS)] for step in (1, 3, 7, 11, 13, 17)) + f" {n}"

    def pieces(self: Any, body: dict[str, Any]) -> bool:
        text = self.state.says_to(body["messages"][0]["content"])
        self._event({"choices": [{"delta": {"content": text}}]})
        wanted = body.get("max_tokens") or body["max_completion_tokens"]
        used = wanted if text.endswith("…") else min(len(text.split()), wanted - 1)
        self._event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        self._event({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": used}})
        return True

    monkeypatch.setattr(tinyserver._Handler, "_pieces", pieces)
    monkeypatch.setattr("kit.gate.synthesize.writer._PAUSE_S", 0.01)
    with tiny_server() as state:
        state.says_to = fresh  # type: ignore[attr-defined]
        state.fresh = fresh  # type: ignore[attr-defined]
        yield state


def _spec(server: TinyServer, data: kit.DataSpec, **fields: Any) -> kit.SynthesizeSpec:
    values = {"rows": 6, "per_row": 1, "checks": ("exact-duplicates",), **fields}
    return kit.SynthesizeSpec(data=data, variant=kit.Variant(model="tiny", engine=server.url), **values)


def _rows(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(values["source"]).read_text(encoding="utf-8").splitlines()]


def _refused(result: kit.Result) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in result.facts["refused"]:
        found[each["reason"]] += each["rows"]
    return found


def test_rows_are_written_marked_and_loadable(server: TinyServer, data: kit.DataSpec) -> None:
    ways = ("paraphrase", "counter-example", "new")
    result = kit.synthesize(_spec(server, data, rows=12, ways=ways))
    assert result.metrics == {"rows": 12.0, "asked": 12.0, "refused": 0.0}
    rows = _rows(result.facts["data"])
    real = {row.key: row for row in kit.load_data(data.source).items}
    assert Counter(row["way"] for row in rows) == dict.fromkeys(ways, 4)
    asked = [body["messages"][0]["content"] for body in server.bodies("/v1/chat/completions")]
    for row in rows:
        parent = real[row["parent"]]
        assert row["synthetic"] is True
        assert row["prompt"] in asked
        assert parent.text in row["prompt"]
        assert TEXTS[row["parent_row"]] == parent.text
        assert row["model"].startswith("tiny @ ")
        if row["way"] == "counter-example":
            assert (row["label_from"], row["label_to"]) == (parent.answer, row["label"])
            assert row["label"] != parent.answer
        else:
            assert row["label"] == parent.answer
    loaded = kit.load_data(kit.DataSpec.from_dict(result.facts["data"]).source)
    assert len(loaded) == 12
    assert loaded.recipe is not None
    assert loaded.recipe["recipe"] == "synthesize"
    together = kit.load_data(result.facts["together"]["source"])
    assert len(together) == len(TEXTS) + 12
    assert {row.parent for row in together.split(0.3)[1].items} == {None}
    assert "counter-examples" in result.facts["warnings"][-1]
    assert json.loads(json.dumps(result.facts)) == result.facts


def test_what_is_no_new_row_is_refused_and_counted(server: TinyServer, data: kit.DataSpec) -> None:
    replies = ["", "  ", TEXTS[3], "same again", "Same  again", "far too long…", '"“Text: quoted new words here”"']

    def says(words: str) -> str:
        own = next(text for text in TEXTS if text in words)
        place = TEXTS.index(own)
        return own.upper() if place == 0 else replies[place] if 0 < place < len(replies) else server.fresh(words)  # type: ignore[attr-defined,no-any-return]

    server.says_to = says  # type: ignore[attr-defined]
    result = kit.synthesize(_spec(server, data, rows=20, ways=("paraphrase",)))
    assert _refused(result) == {"empty": 1, "asked before": 2, "unchanged": 1, "cut off": 1}
    texts = [row["text"] for row in _rows(result.facts["data"])]
    assert "quoted new words here" in texts
    assert len({text.casefold() for text in texts}) == len(texts) == 15
    assert any(warning.startswith("15 of 20 rows: ") for warning in result.facts["warnings"])


def test_a_model_that_repeats_itself_is_left_in_the_end(server: TinyServer, data: kit.DataSpec) -> None:
    server.says_to = lambda words: "always the same"  # type: ignore[attr-defined]
    result = kit.synthesize(_spec(server, data, rows=50, per_row=100))
    assert result.metrics["rows"] == 1
    assert result.metrics["asked"] < 400
    server.says_to = lambda words: ""  # type: ignore[attr-defined]
    with pytest.raises(RunFailedError, match="No row passed: empty"):
        kit.synthesize(_spec(server, data, rows=5, seed=1))


def test_the_gate_looks_at_each_row(server: TinyServer, data: kit.DataSpec, tmp_path: Path) -> None:
    leaked = "quarterly figures of the northern plant were better than anybody there had ever dared to hope this year"
    path = tmp_path / "test.jsonl"
    path.write_text(json.dumps({"text": leaked, "label": "up"}) + "\n", encoding="utf-8")
    replies = iter([f"Indeed {leaked}", "x", "a {bracket} in here", *(f"{word} number" for word in WORDS)])
    lock = threading.Lock()

    def says(words: str) -> str:
        with lock:
            return next(replies)

    server.says_to = says  # type: ignore[attr-defined]
    test = kit.DataSpec(source=str(path))
    spec = _spec(server, data, test=test, checks=("leaks", "rules"), rules=("words>=2", "c4"), rows=5, per_row=2)
    result = kit.synthesize(spec)
    assert _refused(result) == {"leaks": 1, "rules": 2}
    assert leaked not in "".join(body["messages"][0]["content"] for body in server.bodies("/v1/chat/completions"))


def test_a_counter_example_may_be_like_its_parent_and_no_other_row(server: TinyServer, data: kit.DataSpec) -> None:
    def swapped(words: str) -> str:
        own = next(text for text in TEXTS if text in words)
        return own.replace("today", "today again")

    server.says_to = swapped  # type: ignore[attr-defined]
    fields = {"rows": 20, "checks": ("near-duplicates",), "near": 0.6}
    same = _spec(server, data, ways=("paraphrase",), **fields)
    with pytest.raises(RunFailedError, match="near-duplicates"):
        kit.synthesize(same)
    other = kit.synthesize(_spec(server, data, ways=("counter-example",), **fields))
    assert other.metrics["rows"] > 0


class StoppingReport(ListReport):
    """A report that asks to stop once so many rows are there."""

    def __init__(self, folder: Path, after: int) -> None:
        super().__init__(folder)
        self.after = after

    def emit(self, event: Event) -> None:
        super().emit(event)
        if event["kind"] == "progress" and event["phase"] == "writing rows" and event["done"] >= self.after:
            self.stop = True


def test_a_stopped_run_keeps_its_rows_and_goes_on(
    server: TinyServer, data: kit.DataSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.gate.synthesize.synthesize._ROUND", 4)
    spec = _spec(server, data, rows=16)
    with pytest.raises(Stopped) as caught:
        synthesize(spec, StoppingReport(tmp_path, 8))
    stopped = caught.value.result
    assert stopped.status == "stopped"
    kept = [row["text"] for row in _rows(stopped.facts["data"])]
    before = len(server.bodies("/v1/chat/completions"))
    assert 4 <= len(kept) <= before < 16
    result = synthesize(spec, ListReport(tmp_path))
    assert len(server.bodies("/v1/chat/completions")) <= before + 16 - len(kept)
    assert result.metrics["rows"] == 16
    assert set(kept) <= {row["text"] for row in _rows(result.facts["data"])}


def test_a_server_that_fails_for_a_moment_is_asked_again(server: TinyServer, data: kit.DataSpec) -> None:
    server.behaviour.status, server.behaviour.message, server.behaviour.fails = 503, "busy", (1, 3)
    assert kit.synthesize(_spec(server, data)).metrics["rows"] == 6


def test_a_request_that_is_refused_is_counted_and_all_refused_is_an_error(
    server: TinyServer, data: kit.DataSpec
) -> None:
    server.behaviour.status, server.behaviour.message, server.behaviour.fails = 400, "content filter", (2, 4)
    result = kit.synthesize(_spec(server, data, rows=15))
    assert _refused(result) == {"refused by the server": 2}
    server.behaviour.fails = ()
    with pytest.raises(RunFailedError, match="content filter"):
        kit.synthesize(_spec(server, data, seed=2))


def test_a_server_that_is_gone_is_told_and_resumed_from(server: TinyServer, data: kit.DataSpec, tmp_path: Path) -> None:
    server.behaviour.status, server.behaviour.message = 500, "down"
    server.behaviour.fails = tuple(range(5, 40))
    with pytest.raises(KitError, match="resume the run"):
        synthesize(_spec(server, data), ListReport(tmp_path))
    server.behaviour.status = 200
    before = server.answers
    assert synthesize(_spec(server, data), ListReport(tmp_path)).metrics["rows"] == 6
    assert server.answers - before < 6


def test_a_model_in_this_process_writes_rows(tiny_model: Path, data: kit.DataSpec) -> None:
    variant = kit.Variant(model=str(tiny_model), method="fp32")
    spec = kit.SynthesizeSpec(
        data=data, variant=variant, rows=2, per_row=5, max_new_tokens=60, temperature=2.0, checks=("exact-duplicates",)
    )
    result = kit.synthesize(spec)
    assert result.metrics["rows"] == 2
    assert _rows(result.facts["data"])[0]["model"].endswith("llama (fp32)")
    again = kit.synthesize(spec)
    assert [row["text"] for row in _rows(again.facts["data"])] == [row["text"] for row in _rows(result.facts["data"])]


def test_questions_keep_their_answers_and_new_ones_bring_their_own(server: TinyServer, tmp_path: Path) -> None:
    path = tmp_path / "qa.jsonl"
    rows = [{"text": f"What is {n} plus {n}?", "label": [str(2 * n), f"{2 * n}.0"]} for n in range(8)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    count = iter(range(100))

    def says(words: str) -> str:
        n = next(count)
        if "Write one new question" in words:
            return f"Question: Is {n} even?\nAnswer: {n % 2 == 0}" if n % 3 else "I do not know."
        return f"Add {n} to itself, please?"

    server.says_to = says  # type: ignore[attr-defined]
    result = kit.synthesize(_spec(server, kit.DataSpec(source=str(path), task="answer"), rows=8))
    found = {way: [row for row in _rows(result.facts["data"]) if row["way"] == way] for way in ("paraphrase", "new")}
    assert all(
        row["label"] == [str(2 * row["parent_row"]), f"{2 * row['parent_row']}.0"] for row in found["paraphrase"]
    )
    assert all(row["label"] in ("True", "False") for row in found["new"])
    assert set(_refused(result)) <= {"unreadable"}


def test_every_request_is_made_from_a_real_row_and_each_is_its_own(server: TinyServer, data: kit.DataSpec) -> None:
    loaded = kit.load_data(data.source)
    ways = ("paraphrase", "counter-example", "new")
    planned = list(tasks(_spec(server, data, per_row=3, ways=ways), loaded))
    assert [task.name for task in planned] == [
        task.name for task in tasks(_spec(server, data, per_row=3, ways=ways), loaded)
    ]
    assert len({task.name for task in planned}) == len(planned) == 60
    assert all(
        Counter(task.way for task in planned if task.place == place) == dict.fromkeys(ways, 1) for place in range(20)
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ways": ("paraphase",)}, "paraphrase"),
        ({"checks": ("balance",)}, "near-duplicates"),
        ({"data": kit.DataSpec(source="a.jsonl", split="test")}, "trained on"),
        ({"data": kit.DataSpec(source="a.jsonl", task="chat", text="messages")}, "classify"),
        (
            {"data": kit.DataSpec(source="a.jsonl", task="answer"), "ways": ("counter-example",)},
            "only rows with labels",
        ),
        ({"data": kit.DataSpec(source="a.jsonl", task="choose")}, "paraphrase"),
        ({"data": kit.DataSpec(source="a.jsonl", label="parent")}, "Rename"),
    ],
)
def test_specs_that_cannot_be_meant_are_refused(fields: dict[str, Any], words: str) -> None:
    values = {"data": kit.DataSpec(source="a.jsonl"), "variant": kit.Variant(model="m", method="fp32"), **fields}
    with pytest.raises(ParameterError, match=words):
        kit.SynthesizeSpec(**values)


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("Sales rose.", "Sales rose."),
        ('"Sales rose."', "Sales rose."),
        ("Sure, here is the new text:\n\n“Sales rose.”", "Sales rose."),
        ("```text\nSales rose.\n```", "Sales rose."),
        ("<think>Which word?</think>\nText: Sales rose.", "Sales rose."),
        ("<think>without an end", ""),
        ("He said: “no” and left.", "He said: “no” and left."),
        ("“One,” he said, “and two.”", "“One,” he said, “and two.”"),
        ("「销售上升。」", "销售上升。"),
        ("Here we go again: prices up", "Here we go again: prices up"),
    ],
)
def test_replies_are_unwrapped(reply: str, text: str) -> None:
    assert text_in(reply) == text


def test_pairs_are_read() -> None:
    assert pair_in("Question: Why?\n\nAnswer: Because.\n\nI hope this helps.") == ("Why?", "Because.")
    assert pair_in("QUESTION: Why?\nANSWER:\n") is None
    assert pair_in("Why? Because.") is None
