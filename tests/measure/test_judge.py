"""A judge behind a URL: a small server on this machine that replies what a test wants."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.data.row import Row
from kit.engines import Variant
from kit.errors import KitError, ParameterError, ServerError
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.measure.judge import JudgeSpec, asking
from kit.measure.judge.reply import judge_prompt, score_in
from kit.report import ListReport

KEY = "JUDGE_TEST_KEY"
SECRET = "sk-nobody-may-see-this"


class Judge:
    """What the server was asked, and how it replies."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.reply: Callable[[int, str], str | int] = lambda number, prompt: "Fine. Score: 7"
        self.lock = threading.Lock()


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    monkeypatch.setattr(asking, "_PAUSE_S", 0.0)
    state = Judge()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                number = len(state.asked)
                state.asked.append(body)
                state.headers.append(dict(self.headers))
            reply = state.reply(number, body["messages"][-1]["content"])
            if isinstance(reply, int):
                self.send_response(reply)
                self.end_headers()
                self.wfile.write(b'{"error": {"message": "busy"}}')
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            with contextlib.suppress(OSError):
                for piece in (reply[:5], reply[5:]):
                    event = {"choices": [{"delta": {"content": piece}}]}
                    self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
                end = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
                self.wfile.write(b"data: " + json.dumps(end).encode() + b"\n\ndata: [DONE]\n\n")

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_port}/v1"
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def spec(tiny_model: Path, tmp_path: Path, judge: Judge) -> EvaluateSpec:
    rows = [{"question": f"Question {i}?", "answer": f"right {i}"} for i in range(6)]
    source = tmp_path / "questions.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="fp32"),
        data=DataSpec(source=str(source), task="answer", text="question", label="answer"),
        measures=("accuracy",),
        answer_tokens=3,
        judge=JudgeSpec(url=judge.url, model="judge", parallel=2),
    )


def _rows(result: Any, folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / result.artifacts["rows"]).read_text(encoding="utf-8").splitlines()]


def test_its_numbers_become_a_score(spec: EvaluateSpec, judge: Judge, tmp_path: Path) -> None:
    judge.reply = lambda number, prompt: f"Because. Score: {3 + 2 * ('Question 4' in prompt)}"
    result = evaluate(spec, ListReport(tmp_path / "run"))
    rows = _rows(result, tmp_path / "run")
    assert [row["scores"]["judge_score"] for row in rows] == [3, 3, 3, 3, 5, 3]
    assert rows[4]["judged"] == "Because. Score: 5"
    assert result.metrics["judge_score"] == pytest.approx(20 / 6)
    assert result.metrics["judge_score_stderr"] == pytest.approx(1 / 3)
    assert result.facts["judge"] == {"url": judge.url, "model": "judge", "rows": 6, "unreadable": 0}
    body = judge.asked[0]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("judge", 0.0, 512)
    (content,) = [message["content"] for message in body["messages"]]
    for part in ("<question>\nQuestion", "<right_answer>\nright", "<answer>\n", "from 1 (worst) to 10 (best)"):
        assert part in content


def test_a_reply_without_a_number_marks_its_row(spec: EvaluateSpec, judge: Judge, tmp_path: Path) -> None:
    judge.reply = lambda number, prompt: "I cannot say." if "Question 2" in prompt else "Score: 4"
    report = ListReport(tmp_path / "run")
    result = evaluate(spec, report)
    rows = _rows(result, tmp_path / "run")
    assert "judge_score" not in rows[2]["scores"]
    assert rows[2]["judged"] == "I cannot say."
    assert result.metrics["judge_score"] == 4
    assert result.facts["judge"]["unreadable"] == 1
    assert any("1 of 6 replies" in event["text"] for event in report.events if event["kind"] == "message")


def test_no_number_at_all_is_an_error(spec: EvaluateSpec, judge: Judge, tmp_path: Path) -> None:
    judge.reply = lambda number, prompt: "Score: 11"
    with pytest.raises(KitError, match=r"No reply of the judge judge holds a number from 1 to 10.*Score: 11"):
        evaluate(spec, ListReport(tmp_path / "run"))


def test_what_was_judged_is_kept(spec: EvaluateSpec, judge: Judge, tmp_path: Path) -> None:
    judge.reply = lambda number, prompt: 403 if "Question 3" in prompt else "Score: 4"
    with pytest.raises(ServerError, match=r"The judge did not answer: .*HTTP 403"):
        evaluate(spec, ListReport(tmp_path / "run"))
    assert any("Question 0" in body["messages"][0]["content"] for body in judge.asked)
    judge.asked.clear()
    judge.reply = lambda number, prompt: "Score: 4"
    report = ListReport(tmp_path / "run")
    result = evaluate(spec, report)
    assert 1 <= len(judge.asked) < 6
    assert result.metrics["judge_score"] == 4
    assert any("6 of 6 answers written" in event.get("text", "") for event in report.events)
    judge.asked.clear()
    assert evaluate(spec, ListReport(tmp_path / "run")).metrics == result.metrics
    assert judge.asked == []


def test_a_server_that_is_busy_is_asked_again(spec: EvaluateSpec, judge: Judge, tmp_path: Path) -> None:
    judge.reply = lambda number, prompt: 503 if number in (0, 2) else "Score: 9"
    assert evaluate(spec, ListReport(tmp_path / "run")).metrics["judge_score"] == 9
    assert len(judge.asked) == 8


def test_a_server_that_is_not_there_is_told(spec: EvaluateSpec, tmp_path: Path) -> None:
    gone = spec.replace(judge=JudgeSpec(url="http://127.0.0.1:9/v1", model="m"))
    with pytest.raises(ServerError, match=r"cannot be reached.*judge.url"):
        evaluate(gone, ListReport(tmp_path / "run"))


def test_its_key_comes_from_the_environment_and_is_kept_nowhere(
    spec: EvaluateSpec, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert spec.judge is not None
    locked = spec.replace(judge=spec.judge.replace(key_variable=KEY))
    with pytest.raises(KitError, match=KEY):
        evaluate(locked, ListReport(tmp_path / "run"))
    monkeypatch.setenv(KEY, SECRET)
    result = evaluate(locked, ListReport(tmp_path / "run"))
    assert {headers["Authorization"] for headers in judge.headers} == {f"Bearer {SECRET}"}
    files = [path.read_text(encoding="utf-8") for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert files
    assert not any(SECRET in text for text in [*files, result.to_json(), locked.to_json()])


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ("Score: 7", 7),
        ("score = 7.5", 7.5),
        ("**Score:** 8/10", 8),
        ("First I thought Score: 2, but no.\n\nScore: 6", 6),
        ("<think>Score: 1?</think> Score: 9", 9),
        ("<think>Score: 1, and on and on", None),
        ("7", 7),
        (" 7. ", 7),
        ("Rating: 3 out of 10", 3),
        ("Score: 10", 10),
        ("Score: 100", None),
        ("Score: 0", None),
        ("Score: -3", None),
        ("There are 3 mistakes in 7 lines.", None),
        ("", None),
    ],
)
def test_the_number_in_a_reply(reply: str, score: float | None) -> None:
    assert score_in(reply, lowest=1, highest=10) == score


def test_a_context_is_shown_to_the_judge() -> None:
    row = Row(text="Who?", answer="Ada", accepted=("Ada", "Ada L."), context="Ada wrote it.")
    ((content,),) = [[m["content"] for m in judge_prompt(JudgeSpec(url="http://h/v1", model="m"), row, "Bob")]]
    assert "Ada wrote it.\n\nWho?" in content
    assert content.count("<right_answer>") == 2


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"url": "127.0.0.1:8000"}, "url"),
        ({"url": "http://user:secret@host/v1"}, "url"),
        ({"lowest": 10}, "highest"),
        ({"key_variable": "sk-abc"}, "key_variable"),
        ({"parallel": 0}, "parallel"),
        ({"timeout_s": 0.0}, "timeout_s"),
    ],
)
def test_what_makes_no_judge_is_refused(options: dict[str, Any], parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        JudgeSpec(**{"url": "http://127.0.0.1:8000/v1", "model": "m", **options})
    assert caught.value.parameter == parameter
    assert "secret" not in str(caught.value)
    assert "sk-abc" not in str(caught.value)
