"""Secrets are found by their shape and by their name, and what only looks like one is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.apps.publish.secrets import secret_findings, secrets_in_file
from kit.apps.publish.source import Source, read_notebook

LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6lM9"  # made up, long enough for any key


def source(tmp_path: Path, *cells: str, kind: str = "code") -> Source:
    made = [{"cell_type": kind, "metadata": {}, "source": cell} for cell in cells]
    path = tmp_path / "app.ipynb"
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return read_notebook(path)


SECRETS = [
    f"aws = 'AKIA{LETTERS[:16].upper()}'",
    f"x = 'ghp_{LETTERS[:36]}'",
    f"x = 'github_pat_{LETTERS}'",
    f"x = 'glpat-{LETTERS[:20]}'",
    f"login(token='hf_{LETTERS[:34]}')",
    f"client = Client('sk-{LETTERS[:32]}')",
    f"# sk_live_{LETTERS[:24]}",
    f"x = 'xoxb-{LETTERS[:24]}'",
    f"x = 'AIza{LETTERS[:35]}'",
    f"x = 'npm_{LETTERS[:36]}'",
    f"x = 'eyJ{LETTERS[:20]}.eyJ{LETTERS[:20]}.{LETTERS[:20]}'",
    "key = '''-----BEGIN RSA PRIVATE KEY-----\nabc'''",
    "db = 'postgresql://anna:hunter22@db/x'",
    "password = 'correct-horse'",
    "DB_PASSWORD: str = 'correct-horse'",
    "self.api_key = 'correct-horse'",
    "os.environ['OPENAI_API_KEY'] = 'correct-horse'",
    "connect(user='anna', passwd='correct-horse')",
    "settings = {'client-secret': 'correct-horse'}",
    "%env API_KEY=sk-" + LETTERS,
    "%%bash\nexport PASSWORD=correct-horse-battery",
    "def broken(:\n  password = 'correct-horse'",
]

HARMLESS = [
    "password = os.environ['PASSWORD']",
    "password = getpass.getpass()",
    "token = ''",
    "api_key = 'your-api-key'",
    "password = '<put it here>'",
    "secret = 'xxxxxxxx'",
    "api_key = '$API_KEY'",
    "tokenizer.pad_token = '<|endoftext|>'",
    "generate(stop_token='END_OF_TEXT')",
    "eos_token = 'something'",
    "key = 'correct-horse'",
    "labels = {'password': 'a kind of word that is asked for'}",
    "tokens = 'correct-horse'",
    f"sha = '{'0123456789abcdef' * 4}'",
    "x = 'this-is-a-long-name-of-a-folder-in-lower-case'",
    "url = 'https://example.org/a/b?c=d'",
    "text = 'ask-me-anything-about-payments-please'",
]


@pytest.mark.parametrize("cell", SECRETS)
def test_a_secret_is_found(tmp_path: Path, cell: str) -> None:
    (finding,) = secret_findings(source(tmp_path, "1 + 1", cell))
    assert (finding.check, finding.level, finding.cell) == ("secrets", "error", 2)
    assert LETTERS[:12] not in finding.message
    assert "horse" not in finding.message


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_is_none_is_left_alone(tmp_path: Path, cell: str) -> None:
    assert secret_findings(source(tmp_path, cell)) == []


def test_what_looks_drawn_by_lot_is_a_warning(tmp_path: Path) -> None:
    (finding,) = secret_findings(source(tmp_path, f"x = f('{LETTERS}')"))
    assert (finding.level, finding.line) == ("warning", 1)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (f"Use `hf_{LETTERS[:34]}` to sign in.", "error"),
        ("The password: correct-horse-battery", "warning"),
        ("Your password: <ask Anna>", None),
        ("The secret of good data is patience.", None),
    ],
)
def test_text_is_looked_through_too(tmp_path: Path, text: str, level: str | None) -> None:
    found = secret_findings(source(tmp_path, text, kind="markdown"))
    assert [finding.level for finding in found] == ([level] if level else [])


def test_the_line_is_told(tmp_path: Path) -> None:
    (finding,) = secret_findings(source(tmp_path, "%matplotlib inline\n!ls\n\npassword = 'correct-horse'"))
    assert finding.line == 4


def test_a_file_beside_is_looked_through(tmp_path: Path) -> None:
    (finding,) = secrets_in_file("keys.txt", f"one\nghp_{LETTERS[:36]}\n")
    assert "keys.txt, line 2" in finding.message


def test_outputs_and_attachments_stay_behind(tmp_path: Path) -> None:
    path = tmp_path / "app.ipynb"
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": ["1\n", "+ 1"], "execution_count": 3}
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "s3cret"}]
    values = {"cells": [cell], "metadata": {"widgets": {"x": "s3cret"}}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(values), encoding="utf-8")
    read = read_notebook(path)
    assert read.cells[0].text == "1\n+ 1"
    assert "s3cret" not in json.dumps(read.stripped())
    assert "s3cret" in json.dumps(read.values)
