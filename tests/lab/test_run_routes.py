"""Runs over HTTP: listed within a moment, wherever they were started; stopped, resumed, read, deleted, brought back."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kit.jobs import Run, find_run, start
from kit.place import runs_folder

LISTED = {
    "id", "kind", "model", "data", "state", "cause", "fix", "origin", "created", "started", "ended", "updated",
    "phase", "done", "total", "unit", "eta_s", "throughput", "throughput_unit", "memory_mib", "memory_peak_mib",
    "gpu_memory_mib", "gpu_memory_peak_mib", "attempt", "figures", "figure", "curve",
    "resumable", "over", "comparable", "notebook",
}  # fmt: skip


def count(steps: int = 3, pause_s: float = 0.0) -> Any:
    from tinywork import CountSpec

    return CountSpec(steps=steps, pause_s=pause_s)


_places = itertools.count()  # no id comes twice: the server is up for all tests


def leave(
    letters: str = "aaaa",
    *,
    state: str = "finished",
    created: float = 1e9,
    metrics: dict[str, list[float]] | None = None,
) -> Run:
    """Leave a run as a worker would have."""
    folder = runs_folder() / f"20260101-{next(_places):06}-tune-{letters}"
    folder.mkdir(parents=True)
    spec = {"spec": "kit.tuning.spec:TuneSpec", "model": "smollm2", "data": {"source": "/x/alerts.csv"}}
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    events: list[dict[str, Any]] = [{"t": created, "kind": "state", "state": "running"}]
    for name, values in (metrics or {}).items():
        events += [
            {"t": created, "kind": "metric", "name": name, "value": v, "step": step} for step, v in enumerate(values)
        ]
    events.append({"t": created + 5, "kind": "state", "state": state, "cause": "no room" if state == "failed" else ""})
    (folder / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events), encoding="utf-8")
    about = {"created": created, "cwd": "/somewhere", "origin": None}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return Run(folder)


def test_nothing_is_an_empty_list(server: Any) -> None:
    assert server.ask("GET", "runs").json == {"runs": [], "total": 0, "living": 0, "kinds": [], "states": []}


def test_a_run_of_another_process_shows_up_within_two_seconds(server: Any) -> None:
    server.runs()
    program = "import kit; from tinywork import CountSpec; print(kit.start(CountSpec(steps=200, pause_s=0.05)).id)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    began = time.monotonic()
    while not (listed := server.runs()):
        time.sleep(0.05)
    assert time.monotonic() - began < 2
    assert listed[0]["id"] == done.stdout.strip()
    assert set(listed[0]) == LISTED
    shown = server.wait(listed[0]["id"], "running")
    assert not shown["over"]


def test_how_far_a_run_is(server: Any) -> None:
    run = start(count(steps=300, pause_s=0.02))
    until = time.monotonic() + 20
    while not (server.runs() and (server.runs()[0]["done"] or 0) >= 30):
        assert time.monotonic() < until
        time.sleep(0.1)
    row = server.runs()[0]
    assert (row["state"], row["kind"], row["phase"], row["total"], row["unit"]) == (
        "running", "count", "counting", 300, "numbers",
    )  # fmt: skip
    assert 0 < row["eta_s"] < 60
    assert row["throughput"] > 1
    assert row["throughput_unit"] == "numbers/s"
    assert row["curve"]["name"] == "number"
    assert 2 <= len(row["curve"]["points"]) <= 60
    assert row["curve"]["points"][0] == [0, 0]
    run.stop()


def test_stop_resume_and_finish(server: Any) -> None:
    id = start(count(steps=60, pause_s=0.05)).id
    server.wait(id, "running")
    stopped = server.ask("POST", f"runs/{id}/stop")
    assert stopped.status == 202
    assert stopped.json["run"]["state"] in ("stopping", "stopped")
    ended = server.wait(id, "stopped")
    assert ended["over"]
    assert ended["resumable"]
    again = server.ask("POST", f"runs/{id}/resume", {"now": True})
    assert again.status == 202
    assert again.json["run"]["attempt"] == 2
    finished = server.wait(id, "finished")
    assert not finished["resumable"]
    assert finished["done"] == finished["total"] == 60
    assert finished["messages"] == ["done counting"]
    assert finished["artifacts"] == {"numbers": "artifacts/numbers.txt"}
    assert server.ask("POST", f"runs/{id}/resume").status == 409
    assert server.ask("POST", f"runs/{id}/stop").status == 409


def test_two_pages_resume_one_run(server: Any) -> None:
    id = start(count(steps=100, pause_s=0.05)).id
    server.wait(id, "running")
    server.ask("POST", f"runs/{id}/stop")
    server.wait(id, "stopped")
    with ThreadPoolExecutor(8) as pages:
        answers = list(pages.map(lambda _n: server.ask("POST", f"runs/{id}/resume").status, range(8)))
    assert sorted(answers) == [202] + [409] * 7
    server.wait(id, "running")
    assert find_run(id).status.attempt == 2
    with ThreadPoolExecutor(8) as pages:
        answers = list(pages.map(lambda _n: server.ask("POST", f"runs/{id}/stop").status, range(8)))
    assert set(answers) <= {202, 409}
    assert answers.count(202) >= 1
    server.wait(id, "stopped")


def test_a_run_is_deleted_once_and_brought_back(server: Any) -> None:
    id = leave().id
    with ThreadPoolExecutor(4) as pages:
        answers = list(pages.map(lambda _n: server.ask("DELETE", f"runs/{id}").status, range(4)))
    assert sorted(answers)[0] == 200
    assert set(answers) - {200} <= {404, 409}
    assert server.runs() == []
    assert server.ask("GET", f"runs/{id}").status == 404
    back = server.ask("POST", f"runs/{id}/restore")
    assert (back.status, back.json["run"]["id"]) == (200, id)
    assert [row["id"] for row in server.runs()] == [id]
    assert server.ask("POST", f"runs/{id}/restore").status == 404


def test_a_living_run_is_not_deleted(server: Any) -> None:
    run = start(count(steps=200, pause_s=0.05))
    server.wait(run.id, "running")
    refused = server.ask("DELETE", f"runs/{run.id}")
    assert refused.status == 409
    assert refused.json["fix"].startswith("Stop it first")
    assert run.folder.is_dir()


def test_an_unchanged_list_is_not_sent_again(server: Any) -> None:
    leave(metrics={"loss": [3.0, 2.0, 1.0]})
    first = server.ask("GET", "runs?1700000000000")
    again = server.ask("GET", "runs?1700000001000", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert float(again.headers["x-tunebook-now"]) == pytest.approx(time.time(), abs=5)
    other = leave("bbbb").id
    changed = server.ask("GET", "runs", headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status, changed.json["total"]) == (200, 2)
    detail = server.ask("GET", f"runs/{other}")
    tag = {"If-None-Match": detail.headers["etag"]}
    assert server.ask("GET", f"runs/{other}", headers=tag).status == 304


def test_a_living_run_that_says_nothing_new_changes_nothing(server: Any) -> None:
    from tinywork import MisbehaveSpec

    run = start(MisbehaveSpec(how="silence"))
    server.wait(run.id, "running")
    until = time.monotonic() + 20
    while "about to: silence" not in server.ask("GET", f"runs/{run.id}").json["messages"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    first = server.ask("GET", "runs")
    time.sleep(0.5)
    assert server.ask("GET", "runs", headers={"If-None-Match": first.headers["etag"]}).status == 304
    (run.folder / "stop").touch()
    identity = json.loads((run.folder / "process.json").read_text(encoding="utf-8"))
    os.kill(identity["pid"], 9)  # it is deaf, as its name says
    assert server.wait(run.id, "crashed")["cause"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "cba"),
        ("?limit=2", "cb"),
        ("?state=failed", "b"),
        ("?state=failed&state=stopped", "cb"),
        ("?state=living", ""),
        ("?kind=tune&text=alerts", "cba"),
        ("?kind=sweep", ""),
        ("?kind=sweep&kind=tune", "cba"),
        ("?text=no%20room", "b"),
        ("?text=no+such+words", ""),
    ],
)
def test_runs_are_described(server: Any, query: str, found: str) -> None:
    for place, (letter, state) in enumerate((("a", "finished"), ("b", "failed"), ("c", "stopped"))):
        leave(letter * 4, state=state, created=1e9 + place)
    answer = server.ask("GET", f"runs{query}").json
    assert "".join(row["id"][-1] for row in answer["runs"]) == found
    assert answer["states"] == ["failed", "finished", "stopped"]
    assert answer["kinds"] == ["tune"]
    assert answer["total"] == (3 if "limit" in query else len(found))


def test_the_loss_of_recent_runs_is_a_curve(server: Any) -> None:
    losses = [4 * 0.99**step for step in range(1000)]
    leave(metrics={"loss": losses, "validation_accuracy": [0.5, 0.9]})
    row = server.runs()[0]
    points = row["curve"]["points"]
    assert (row["curve"]["name"], len(points)) == ("loss", 60)
    assert points[0] == [0, 4.0]
    assert points[-1] == [999, pytest.approx(losses[-1], rel=1e-3)]
    assert row["figure"] == {
        "name": "validation_accuracy", "words": "val. accuracy", "value": 0.9, "part": "", "share": True,
    }  # fmt: skip


def test_numbers_that_are_none_do_not_break_the_answer(server: Any) -> None:
    leave(metrics={"loss": [1.0, float("nan"), float("inf")]})
    (row,) = server.runs()
    assert row["figures"] == {"loss": None}
    assert server.ask("GET", f"runs/{row['id']}").json["metrics"] == {"loss": None}


def test_a_folder_that_is_no_run_is_left_out(server: Any) -> None:
    whole = leave().id
    (runs_folder() / "rubbish").mkdir()
    broken = runs_folder() / "20260101-235959-tune-bbbb"
    broken.mkdir()
    (broken / "about.json").write_text("{", encoding="utf-8")
    assert [row["id"] for row in server.runs()] == [whole]
    assert server.ask("GET", "runs/rubbish").status == 404
    assert server.ask("GET", f"runs/{broken.name}").status == 404


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=ten", "limit=", "state=happy", "limit=1e3", "limit=٣"]
)
def test_what_makes_no_sense_is_refused(server: Any, query: str) -> None:
    import urllib.parse

    answer = server.ask("GET", "runs?" + urllib.parse.quote(query, safe="=&"))
    assert answer.status == 400
    assert answer.json["fix"]


def test_the_notebook_that_started_it(server: Any) -> None:
    inside, outside = server.root / "a" / "b.ipynb", server.outside / "c.ipynb"
    inside.parent.mkdir()
    for place, path in enumerate((inside, outside, server.root / "gone.ipynb")):
        run = leave(created=1e9 - place)
        if path.parent.is_dir() and path.name != "gone.ipynb":
            path.write_text("{}", encoding="utf-8")
        about = {**run.about, "notebook": str(path)}
        (run.folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    assert [row["notebook"] for row in server.runs()] == ["a/b.ipynb", None, None]
    inside.unlink()
    assert [row["notebook"] for row in server.runs()] == [None, None, None]


def test_the_log_is_read_in_stretches(server: Any) -> None:
    run = leave()
    text = "première\r\n" + "\x1b[31mrot\x1b[0m é" * 1000
    (run.folder / "log.txt").write_text(text, encoding="utf-8", newline="")
    said, offset = "", 0
    while True:
        part = server.ask("GET", f"runs/{run.id}/log?offset={offset}&limit=1001").json
        assert part["next"] - offset <= 1001
        if part["next"] == part["bytes"] and part["offset"] == part["bytes"]:
            break
        said, offset = said + part["text"], part["next"]
    assert "\N{REPLACEMENT CHARACTER}" not in said
    assert said.startswith("première\n")
    assert said.count("é") == 1000
    end = server.ask("GET", f"runs/{run.id}/log?offset=-16").json
    assert end["offset"] in range(len(text.encode()) - 16, len(text.encode()) - 12)
    assert end["text"].endswith("é")
    assert end["over"]
    beyond = server.ask("GET", f"runs/{run.id}/log?offset=99999999").json
    assert (beyond["text"], beyond["next"]) == ("", beyond["bytes"])
    assert "etag" not in server.ask("GET", f"runs/{run.id}/log").headers
    for query in ("offset=x", "limit=15", "limit=65537", "offset=1.5", "offset=99999999999999999999"):
        assert server.ask("GET", f"runs/{run.id}/log?{query}").status == 400


def test_a_run_without_a_log(server: Any) -> None:
    run = leave()
    part = server.ask("GET", f"runs/{run.id}/log").json
    assert (part["text"], part["bytes"], part["next"]) == ("", 0, 0)


def test_code_and_spec_of_a_run(server: Any) -> None:
    run = start(count(steps=4)).wait(30)
    detail = server.ask("GET", f"runs/{run.id}").json
    assert detail["code"] == "import kit\n\nrun = kit.start(kit.CountSpec(steps=4))"
    assert detail["spec"] == json.loads((run.folder / "spec.json").read_text(encoding="utf-8"))
    assert detail["spec"]["steps"] == 4
    assert detail["folder"] == str(run.folder)
    assert set(detail) > LISTED


def test_a_spec_that_nobody_can_read_is_left_empty(server: Any) -> None:
    run = leave()
    (run.folder / "spec.json").write_text("{", encoding="utf-8")
    detail = server.ask("GET", f"runs/{run.id}").json
    assert (detail["code"], detail["spec"], detail["state"]) == ("", {}, "finished")


def test_an_end_is_told_over_the_events_of_the_server(server: Any, listening: Any) -> None:
    with listening(server) as heard:
        leave("zzzz", created=1e9)  # over long before the server began
        id = start(count(steps=3)).id
        told = heard(id, seconds=20)
    assert told["schema_id"] == "urn:tunebook:run-ended:v1"
    assert (told["id"], told["kind"], told["state"], told["figure"]) == (id, "count", "finished", None)


def test_the_root_may_be_a_link(server: Any, tmp_path: Path) -> None:
    from kit.lab.root import Root

    link = tmp_path / "link"
    link.symlink_to(server.root)
    (server.root / "x.txt").write_text("x", encoding="utf-8")
    assert Root(link).file("x.txt") == (server.root / "x.txt").resolve()
