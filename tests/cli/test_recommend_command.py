"""``tunebook recommend`` in a terminal."""

from __future__ import annotations

import json

import pytest

from kit.cli.command import main


def test_a_readable_table_with_reasons(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    asked = ["recommend", "--task", "classify", "--data", "finance-alerts", "--top", "2"]
    assert main([*asked, "--limit", "parameters=1e9", "--limit", "licence=commercial"]) == 0
    out = capsys.readouterr().out
    assert "models can be chosen" in out
    head = next(line for line in out.splitlines() if line.startswith("#"))
    assert head.split()[1:4] == ["Model", "Method", "Quality"]
    sentences = [line for line in out.splitlines() if "  " not in line.strip()]
    assert max(map(len, sentences)) <= 80
    assert "\n1. " in out
    assert "\n3. " not in out


def test_json_and_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["recommend", "--model", "qwen2.5-0.5b-instruct", "--limit", "languages=de,fr", "--limit", "gated=false"]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["limits"] == {"languages": ["de", "fr"], "gated": False}
    assert [each["model"] for each in told["choices"]] == ["qwen2.5-0.5b-instruct"]
    assert main([*asked[:3], "--limit", "max_ram_mib=10", "--left-out"]) == 1
    out = capsys.readouterr().out
    assert "0 models can be chosen, 1 are left out." in out
    assert "qwen2.5-0.5b-instruct, bnb-nf4: Main memory: " in out


@pytest.mark.parametrize(
    ("limit", "told"), [("tpot=0.1", "Did you mean 'tpot_s'?"), ("tpot_s", "a name and a value, such as tpot_s=0.1")]
)
def test_a_limit_that_cannot_be_read(limit: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", "--limit", limit]) == 2
    assert told in capsys.readouterr().err
