"""``tunebook serve``: told where, found by others, ended by Ctrl+C or from elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from kit.cli import main
from kit.service import ServiceSpec, find
from kit.service.note import note_place

Capture = pytest.CaptureFixture[str]


@contextlib.contextmanager
def _serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    command = [sys.executable, "-m", "kit.cli", "serve", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, [process.stdout.readline().strip() for _line in range(3)]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_it_serves_until_interrupted(capsys: Capture) -> None:
    with _serving("smollm2-135m-instruct", "--slots", "3", "--idle", "1") as (process, told):
        found = find()
        assert found is not None
        assert told[0] == f"Serving smollm2-135m-instruct at {found.url}"
        assert told[1] == f"The token is in {note_place()}"  # not in a pipe that may be a file
        assert found.token not in " ".join(told)
        assert found.pid == process.pid
        listed = httpx.get(found.url + "/models", headers=found.headers).json()["data"]
        assert [each["id"] for each in listed] == ["smollm2-135m-instruct"]
        assert main(["serve", "--status"]) == 0
        assert found.url in capsys.readouterr().out
        assert main(["serve"]) == 2
        assert "A service runs already" in capsys.readouterr().err
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in err
    assert not note_place().exists()


def test_it_is_ended_from_elsewhere(capsys: Capture) -> None:
    with _serving() as (process, told):
        assert told[0].startswith("Serving every model that is here at http://127.0.0.1:")
        assert main(["serve", "--stop"]) == 0
        assert process.wait(10) == 0
    assert main(["serve", "--stop"]) == 1
    assert main(["serve", "--status"]) == 1
    assert capsys.readouterr().out.splitlines() == ["The service has ended.", "No service runs.", "No service runs."]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["no-such-model"], "no-such-model"),
        (["smollm2-135m-instruct@bnb-nf4"], "bnb-nf4"),
        (["--method", "int8"], "int8"),
        (["--slots", "-1"], "slots=-1"),
        (["--port", "99999"], "port=99999"),
        (["--ip", "203.0.113.9"], "203.0.113.9"),
    ],
)
def test_what_is_wrong_is_told_at_once(options: list[str], told: str, capsys: Capture) -> None:
    assert main(["serve", *options]) == 2
    assert told in capsys.readouterr().err
    assert not note_place().exists()


def test_the_environment_may_name_another_one(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("TUNEBOOK_SERVICE_URL", "https://models.example.org/v1")
    assert main(["serve"]) == 2
    assert "https://models.example.org/v1" in capsys.readouterr().err
    assert main(["serve", "--status"]) == 0
    assert "https://models.example.org/v1" in capsys.readouterr().out
    assert main(["serve", "--stop"]) == 1


def test_the_help_has_the_words_of_the_spec(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for field in dataclasses.fields(ServiceSpec):
        assert field.metadata["help"] in shown
