"""Datasets of the hub: fetched from a small one of our own, kept, and found again without it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from tinyhub import ask_hub, commit_of, tiny_hub

# Each source is loaded in turn, in a process of its own: huggingface_hub reads its environment once.
SCRIPT = """
import json, sys
from kit.data import DataSpec, load_data
from kit.data.reading import Reading
from kit.errors import KitError

told = []
for source in sys.argv[1:]:
    try:
        data = load_data(source)
        size = Reading(data.spec).size
        told.append({"texts": data.texts[:2], "rows": len(data), "labels": data.labels, "notes": data.notes, "size": size})
    except KitError as exc:
        told.append({"error": type(exc).__name__, "text": str(exc)})
print(json.dumps(told))
"""  # noqa: E501


def _parquet(n: int, begin: int = 0, *, classes: bool = False) -> bytes:
    label: list[Any] = [i % 2 if classes else ("down", "up")[i % 2] for i in range(n)]
    table = pa.table({"text": [f"note {begin + i}" for i in range(n)], "label": label})
    if classes:
        feature = {"names": ["down", "up"], "_type": "ClassLabel"}
        note = {"info": {"features": {"text": {"_type": "Value"}, "label": feature}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(note)})
    held = io.BytesIO()
    parquet.write_table(table, held)
    return held.getvalue()


def _repositories() -> dict[tuple[str, str], dict[str, bytes]]:
    rows = "".join(json.dumps({"text": f"line {i}", "label": "ab"[i % 2]}) + "\n" for i in range(6)).encode()
    return {
        ("ann/notes", "refs/convert/parquet"): {
            "default/train/0000.parquet": _parquet(30, classes=True),
            "default/train/0001.parquet": _parquet(10, 30, classes=True),
            "default/test/0000.parquet": _parquet(8, 100, classes=True),
        },
        ("ann/notes", "main"): {"README.md": b"#", "train.jsonl": rows},
        ("ann/lines", "main"): {"README.md": b"#", "rows.jsonl": rows},
        ("ann/code", "main"): {"code.py": b"raise SystemExit('never run')"},
    }


def ask(folder: Path, endpoint: str, *sources: str, **more: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = ask_hub(SCRIPT, endpoint, folder, *sources, **more)
    return told


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What several sources gave, first with the hub and then without it."""
    folder = tmp_path_factory.mktemp("hub")
    sources = (
        "hf://ann/notes:train",
        "hf://ann/notes",
        "hf://datasets/ann/notes/train.jsonl",
        "hf://ann/lines",
        "hf://ann/code",
        "hf://ann/lost",
    )
    with tiny_hub(_repositories()) as (endpoint, asked):
        online = dict(zip(sources, ask(folder, endpoint, *sources), strict=True))
        fetched = [path for path in asked if "/resolve/" in path]
    offline = dict(
        zip((*sources, "hf://ann/notes:test"), ask(folder, endpoint, *sources, "hf://ann/notes:test"), strict=True)
    )
    never = ask(folder / "empty", endpoint, "hf://ann/notes:train", HF_HUB_OFFLINE="1")
    return {"online": online, "offline": offline, "fetched": fetched, "never": never[0]}


def test_a_split_comes_from_the_hub(first: dict[str, Any]) -> None:
    found = first["online"]["hf://ann/notes:train"]
    assert (found["rows"], found["size"], found["labels"]) == (40, 40, ["down", "up"])  # classes by their names
    assert found["texts"] == ["note 0", "note 1"]
    assert not [path for path in first["fetched"] if "test" in path or "README" in path]


def test_the_version_is_said(first: dict[str, Any]) -> None:
    assert any(
        commit_of("refs/convert/parquet")[:12] in note for note in first["online"]["hf://ann/notes:train"]["notes"]
    )


def test_several_splits_are_named(first: dict[str, Any]) -> None:
    for where in ("online", "offline"):
        assert "test, train" in first[where]["hf://ann/notes"]["text"]


def test_a_single_file_and_files_that_were_not_converted(first: dict[str, Any]) -> None:
    for source in ("hf://datasets/ann/notes/train.jsonl", "hf://ann/lines"):
        assert (first["online"][source]["rows"], first["online"][source]["texts"][0]) == (6, "line 0")


def test_code_is_not_run(first: dict[str, Any]) -> None:
    assert "no file in it that can be read as rows" in first["online"]["hf://ann/code"]["text"]
    assert not [path for path in first["fetched"] if path.endswith(".py")]


def test_an_unknown_dataset_is_told(first: dict[str, Any]) -> None:
    assert "knows no dataset ann/lost" in first["online"]["hf://ann/lost"]["text"]


def test_what_is_here_needs_no_hub(first: dict[str, Any]) -> None:
    for source in ("hf://ann/notes:train", "hf://datasets/ann/notes/train.jsonl", "hf://ann/lines"):
        assert first["offline"][source] == first["online"][source]


def test_what_is_not_here_is_told_with_how_to_get_it(first: dict[str, Any]) -> None:
    """Another split of what is here in part; and nothing at all, offline."""
    gone = first["offline"]["hf://ann/notes:test"]["text"]
    assert "cannot be reached" in gone
    never = first["never"]
    assert "HF_HUB_OFFLINE is set" in never["text"]
    for text in (gone, never["text"]):
        assert "hf download ann/notes --repo-type dataset" in text
