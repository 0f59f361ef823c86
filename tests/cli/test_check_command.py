"""`tunebook check`: a report that a person reads, and an exit code that a script can act on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.cli import main


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write rows to a JSONL file and return its path."""

    def written(name: str, rows: list[dict[str, Any]]) -> str:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return written


def good(n: int = 40) -> list[dict[str, Any]]:
    """Return rows with nothing wrong."""
    things = ("crane", "pump", "valve", "motor", "belt", "drill", "lathe", "press")
    return [
        {"note": f"{things[i % 8]} {chr(97 + i % 26) * 3} was looked at on day {i}", "grade": ("low", "high")[i % 2]}
        for i in range(n)
    ]


def test_good_data_is_called_good_and_exits_with_0(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write("good.jsonl", good()), "--checks", "schema,length,balance"]) == 0
    out = capsys.readouterr().out
    assert "good.jsonl: 40 rows; note, grade" in out
    assert "classify: note → grade" in out  # proposed from the columns
    assert "✓ fine  Broken rows: All 40 rows can be read." in out
    assert "Ready to be trained on. 40 rows, nothing to mend." in out
    assert "pointed at" not in out


def test_broken_rows_are_named_and_exit_with_1(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows = good()
    for broken in (3, 7, 9):
        rows[broken]["grade"] = ""
    code = main(["check", write("bad.jsonl", rows), "--checks", "schema,balance", "--rows", "2"])
    out = capsys.readouterr().out
    assert code == 1
    first, *_rest = [line for line in out.splitlines() if "Broken rows" in line]
    assert first.startswith("✕ mend it  Broken rows: 3 rows of 40 cannot be used")
    assert "line 4: field 'grade'" in out
    assert "… and 1 row more" in out
    assert out.index("Broken rows") < out.index("Label balance")  # the gravest first
    path = Path(out.strip().splitlines()[-1].partition(": ")[2])
    assert [json.loads(line)["number"] for line in path.read_text(encoding="utf-8").splitlines()] == [4, 8, 10]


def test_columns_thresholds_and_test_rows_are_given(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    data, test = write("data.jsonl", good()), write("test.jsonl", good(8))
    asked = ["check", data, "--test", test, "--task", "answer", "--text", "note", "--label", "grade"]
    assert main([*asked, "--checks", "length", "--set", "max_length=8", "--set", "languages=en,zh", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["spec"]["max_length"] == 8
    assert tuple(told["spec"]["languages"]) == ("en", "zh")
    assert (told["spec"]["data"]["task"], told["spec"]["test"]["source"]) == ("answer", test)
    (finding,) = told["facts"]["findings"]
    assert finding["level"] == "warn"
    assert finding["rows"] == 48  # every row of both parts
    assert Path(told["problems"]).exists()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--checks", "lenght"], "length"),
        (["--set", "max_lenght=3"], "max_length"),
        (["--text", "nowhere"], "nowhere"),
        (["--set", "max_length=three"], "max_length"),
    ],
)
def test_what_cannot_be_meant_exits_with_2(
    write: Any, more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write("good.jsonl", good(4)), *more]) == 2
    assert told in capsys.readouterr().err


def test_a_file_that_is_not_there_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err
