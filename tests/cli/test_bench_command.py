"""``tunebook bench``: a server timed from a terminal, as a run that says what it measured."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tinyserver import TinyServer, tiny_server

from kit.cli import bench, main
from kit.jobs import runs
from kit.measure import EvaluateSpec, LoadSpec

QUICK = ["--requests", "3", "--new-tokens", "4"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyServer]:
    monkeypatch.setenv("TUNEBOOK_WARM", "0")
    with tiny_server(first_s=0.01) as running:
        yield running


def test_a_sweep_is_timed_and_told(server: TinyServer, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--users", "1,2", "--ttft-limit", "9", *QUICK]
    assert main(["bench", server.url, "--model", "tiny", *told]) == 0
    out, err = capsys.readouterr()
    assert "ttft_s" in out
    assert "2 users at once" in out
    assert "The limits are kept for 90% of the requests up to 2 users at once." in out + err
    spec = runs()[0].spec
    assert isinstance(spec, EvaluateSpec)
    assert spec.load == LoadSpec(kind="sweep", sweep_users=(1, 2), ttft_limit_s=9.0)
    assert spec.measures == ("latency",)


@pytest.mark.parametrize(
    ("options", "load"),
    [
        ([], LoadSpec()),
        (["--users", "4"], LoadSpec(kind="users", users=4)),
        (["--rate", "2.5"], LoadSpec(kind="poisson", rate=2.5)),
        (["--rate", "1,2"], LoadSpec(kind="sweep", sweep_rates=(1.0, 2.0))),
    ],
)
def test_loads_are_those_of_the_spec(options: list[str], load: LoadSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[EvaluateSpec] = []
    monkeypatch.setattr(bench, "start", lambda spec, now: started.append(spec))
    monkeypatch.setattr(bench, "watch", lambda run, detach: 0)
    assert main(["bench", "http://127.0.0.1:9/v1", "--model", "m", *options]) == 0
    assert [spec.load for spec in started] == [load]


def test_what_is_wrong_is_told_before_there_is_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "127.0.0.1:9/v1", "--model", "m"]) == 2
    assert "Did you mean 'http://127.0.0.1:9/v1'?" in capsys.readouterr().err
    assert runs() == []
