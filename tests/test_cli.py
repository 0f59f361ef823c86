"""The command line, mostly in this process; what a terminal sees, in a real pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

from kit.cli import main
from kit.data.spec import DataSpec
from kit.errors import KitError
from kit.jobs import find_run, run_here, runs
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.version import version

TESTS = Path(__file__).parent
TUNEBOOK = [sys.executable, "-m", "kit.cli"]


@pytest.fixture(autouse=True)
def importable_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and the workers it starts import `tinywork`."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.syspath_prepend(str(TESTS))


def _count(steps: int, pause_s: float = 0.0) -> Spec:
    from tinywork import CountSpec

    return CountSpec(steps=steps, pause_s=pause_s)


def _misbehave(how: str) -> Spec:
    from tinywork import MisbehaveSpec

    return MisbehaveSpec(how=how)


@pytest.fixture
def spec_file(tmp_path: Path) -> Any:
    """Write a spec to a file and return its path."""

    def write(spec: Spec, name: str = "spec.json") -> str:
        text = spec.to_yaml() if name.endswith(".yaml") else spec.to_json()
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"tunebook {version()}\n"


def test_nothing_asked_shows_what_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("models", "run", "resume", "runs", "queue", "stop", "log", "app", "doctor"))


def test_the_installed_command_is_this_one() -> None:
    command = Path(sys.executable).with_name("tunebook")
    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"tunebook {version()}\n"


def test_it_starts_without_heavy_libraries() -> None:
    heavy = {"torch", "transformers", "peft", "mlflow", "pandas", "scipy", "voila"}
    program = "import sys; from kit.cli import main; main(['models', 'list']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stderr.split())


@pytest.mark.parametrize("name", ["spec.json", "spec.yaml"])
def test_run_carries_a_file_out(name: str, spec_file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", spec_file(_count(3), name)]) == 0
    shown = capsys.readouterr()
    (run,) = runs()
    assert shown.out.splitlines()[0] == run.id
    assert shown.out.splitlines()[-1] == str(run.folder)
    assert re.search(r"^pid +\d+", shown.out, re.MULTILINE)
    assert "done counting" in shown.err
    assert "\x1b" not in shown.err  # no drawing where there is no terminal
    assert run.status.state == "finished"


def test_run_detached_returns_at_once(spec_file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    assert main(["run", "--detach", spec_file(_count(10_000, 0.02))]) == 0
    assert time.monotonic() - began < 2
    run = find_run(capsys.readouterr().out.strip())
    assert not run.status.over
    assert main(["stop", run.id[-4:]]) == 0
    assert run.wait(30).status.state == "stopped"
    assert main(["stop", run.id]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "was asked to stop" in shown[0]
    assert shown[1] == f"{run.id} is over already: stopped"


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("kit_error", 1, "The left sock is missing. Look under the bed."),
        ("kill", 1, "crashed"),
        ("unsupported", 1, "feet"),
    ],
)
def test_run_tells_a_bad_end(
    how: str, code: int, said: str, spec_file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", spec_file(_misbehave(how))]) == code
    assert said in capsys.readouterr().err


def test_ctrl_c_stops_a_run_and_keeps_it(spec_file: Any) -> None:
    terminal = pexpect.spawn(
        TUNEBOOK[0], [*TUNEBOOK[1:], "run", spec_file(_count(10_000, 0.02))], timeout=30, encoding="utf-8"
    )
    terminal.expect("counting")
    terminal.sendintr()
    terminal.expect("Stopping; what is done is kept")
    terminal.expect("Go on with it later: tunebook resume [-a-z0-9]+")
    terminal.expect("stopped")
    terminal.expect("Go on with it later: tunebook resume [-a-z0-9]+")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    (run,) = runs()
    assert run.result.status == "stopped"
    assert len(run.status.curves["number"]) > 0


def test_a_second_ctrl_c_leaves_it_to_itself(spec_file: Any) -> None:
    terminal = pexpect.spawn(
        TUNEBOOK[0], [*TUNEBOOK[1:], "run", spec_file(_misbehave("silence"))], timeout=30, encoding="utf-8"
    )
    terminal.expect("about to: silence")
    terminal.sendintr()
    terminal.expect("Stopping")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    (run,) = runs()
    assert run.status.state == "stopping"
    os.kill(int(json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"]), signal.SIGKILL)
    assert run.wait(30).status.state == "crashed"


def test_runs_lists_the_newest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "no runs yet" in capsys.readouterr().err
    made = [run_here(_count(1)), run_here(_misbehave("kit_error")), run_here(_count(2))]
    capsys.readouterr()
    assert main(["runs"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "KIND", "STATE", "MEMORY", "TIME", "CAUSE"]
    assert [line.split()[0] for line in lines] == [run.id for run in made[::-1]]
    assert "The left sock is missing." in lines[1]
    assert main(["runs", "-n", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_runs_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    made = [run_here(_count(1)), run_here(_misbehave("kit_error")), run_here(_misbehave("unsupported"))]
    capsys.readouterr()
    for wanted, found in (
        (["--state", "failed"], made[:0:-1]),
        (["--state", "failed", "-n", "1"], made[2:]),
        (["--kind", "count"], made[:1]),
        (["--state", "finished", "--kind", "misbehave"], []),
    ):
        assert main(["runs", *wanted]) == 0
        shown = capsys.readouterr()
        assert [line.split()[0] for line in shown.out.splitlines()[1:]] == [run.id for run in found]
        assert ("No run answers" in shown.err) == (not found)
    with pytest.raises(SystemExit):
        main(["runs", "--state", "done"])
    assert "invalid choice: 'done'" in capsys.readouterr().err


def test_runs_as_json_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--json"]) == 0
    assert capsys.readouterr().out == ""  # nothing that a script would have to skip
    run = run_here(_misbehave("kit_error"))
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert (said["id"], said["kind"], said["state"]) == (run.id, "misbehave", "failed")
    assert (said["cause"], said["fix"]) == ("The left sock is missing.", "Look under the bed.")
    assert said["ended"] >= said["started"] >= said["created"]


def test_a_closed_pipe_is_no_error() -> None:
    for _ in range(3):
        run_here(_count(1))
    command = f"{sys.executable} -u -m kit.cli runs | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_log_prints_what_was_printed(spec_file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", spec_file(_misbehave("error"))])
    (run,) = runs()
    capsys.readouterr()
    assert main(["log", run.id]) == 0
    shown = capsys.readouterr().out
    assert shown == run.log
    assert "to be found in the log" in shown
    assert "ZeroDivisionError" in shown


def test_log_follows_to_the_end(spec_file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--detach", spec_file(_misbehave("error"))])
    (run,) = runs()
    capsys.readouterr()
    assert main(["log", "-f", run.id]) == 0
    assert capsys.readouterr().out == run.log != ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere.json"], "nowhere.json"),
        (["stop", "nothing"], "0 runs answer to 'nothing'"),
        (["log", "nothing"], "There are no runs yet"),
        (["app", "nowhere.ipynb", "--port", "0", "--no-browser"], "There is no notebook nowhere.ipynb"),
        (["app", "nowhere.ipynb", "--port", "99999"], "port=99999"),
        (["models", "where", "no-such-model"], "no-such-model"),
        (["models", "get", "no/such-folder/here.gguf"], "here.gguf"),
    ],
)
def test_an_error_is_one_message_and_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("tunebook: ")
    assert said in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("arguments", [["--debug", "stop", "x"], ["stop", "--debug", "x"]])
def test_debug_shows_where_it_arose(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Traceback" in capsys.readouterr().err


def test_what_is_no_work_is_refused_before_it_is_a_run(spec_file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", spec_file(DataSpec(source="a.csv"))]) == 2
    assert "DataSpec" in capsys.readouterr().err
    assert runs() == []


def test_models_get_prepares_and_tells(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def prepare(spec: Any, report: Report) -> Result:
        report.progress("downloading", 1, 2, "MB")
        report.message("The hub does not answer.")
        return Result(spec=spec.to_dict(), facts={"folder": f"/models/{spec.name}", "note": "It was 4-bit once."})

    monkeypatch.setattr("kit.engines.prepare.prepare", prepare)
    assert main(["models", "get", "smollm2-135m-instruct"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "smollm2-135m-instruct is ready in /models/smollm2-135m-instruct\n"
    assert shown.err == "downloading …\nThe hub does not answer.\nIt was 4-bit once.\n"
    assert runs() == []


def test_models_list_tells_what_is_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = [line for line in lines if line.startswith("smollm2-135m-instruct ")]
    assert "135 M" in row
    assert "Apache-2.0" in row


def test_models_list_keeps_what_has_all_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "QWEN", "vision"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert "qwen2.5-vl-7b-instruct" in names
    assert "qwen3-8b" not in names
    assert "smolvlm-256m-instruct" not in names
    assert main(["models", "list", "no-such-thing"]) == 1
    assert "no-such-thing" in capsys.readouterr().err


def test_models_where_prints_a_path(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from kit.models import Location

    place = Location("x", "folder", Path("/models/x"), adapter=Path("/runs/a"), note="It was 4-bit once.")
    monkeypatch.setattr("kit.cli.models.locate", lambda name: place)
    assert main(["models", "where", "x"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "/models/x\n"
    assert shown.err.splitlines() == ["with the adapter /runs/a", "It was 4-bit once."]


def test_an_interrupt_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(**wanted: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kit.cli.runs.runs", interrupt)
    assert main(["runs"]) == 130
    assert capsys.readouterr().err == ""


def test_errors_that_are_not_ours_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**wanted: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("kit.cli.runs.runs", broken)
    with pytest.raises(ZeroDivisionError):
        main(["runs"])
    assert not issubclass(ZeroDivisionError, KitError)
