"""Names of datasets on the hub, and which files they mean."""

from __future__ import annotations

import pytest

from kit.data.origin.hub_name import HubName, chosen, is_partial, parse
from kit.errors import ParameterError

CONVERTED = [
    "README.md",
    "de/train/0000.parquet",
    "en/partial-train/0000.parquet",
    "en/partial-train/0001.parquet",
    "en/odd_split/0000.parquet",
]
ONE = ["default/train/0000.parquet", "default/test/0000.parquet"]
PLAIN = [
    ".gitattributes",
    "README.md",
    "data/train-00000-of-00002.parquet",
    "data/train-00001-of-00002.parquet",
    "data/validation-00000-of-00001.parquet",
    "data/train.jsonl",
]
FOLDERS = ["fr/dev.csv", "fr/train.csv", "it/test/a.jsonl", "dataset_infos.json"]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("hf://ann/notes", ("ann/notes", "", "", "", "")),
        ("hf://ann/notes:test", ("ann/notes", "", "", "test", "")),
        ("hf://ann/notes/en:train", ("ann/notes", "", "en", "train", "")),
        ("hf://datasets/ann/notes", ("ann/notes", "", "", "", "")),
        ("hf://ann/no.tes@v1.0/en", ("ann/no.tes", "v1.0", "en", "", "")),
        ("hf://datasets/ann/notes@main/data/a b.jsonl", ("ann/notes", "main", "", "", "data/a b.jsonl")),
    ],
)
def test_a_name_is_taken_apart(source: str, parts: tuple[str, ...]) -> None:
    assert parse(source) == HubName(source, *parts)


@pytest.mark.parametrize("source", ["hf://", "hf://ann", "hf://ann/", "hf:///ann/notes", "hf://ann/notes:a:b"])
def test_what_is_no_name(source: str) -> None:
    with pytest.raises(ParameterError, match="hf://owner/name:train"):
        parse(source)


@pytest.mark.parametrize(
    ("source", "files", "meant"),
    [
        ("hf://a/b:test", ONE, ONE[1:]),
        ("hf://a/b/en:train", CONVERTED, CONVERTED[2:4]),
        ("hf://a/b/en:odd_split", CONVERTED, CONVERTED[4:]),
        ("hf://a/b/de", CONVERTED, CONVERTED[1:2]),
        ("hf://a/b:train", PLAIN, PLAIN[2:4]),
        ("hf://a/b:val", PLAIN, PLAIN[4:5]),
        ("hf://a/b/fr:validation", FOLDERS, FOLDERS[:1]),
        ("hf://a/b/it", FOLDERS, FOLDERS[2:3]),
        ("hf://a/b", ["rows.csv", "more.csv"], ["more.csv", "rows.csv"]),
        ("hf://datasets/a/b/data/train.jsonl", PLAIN, PLAIN[5:]),
        ("hf://datasets/a/b/lost.jsonl", PLAIN, []),
        ("hf://a/b", ["README.md", "model.bin"], []),
    ],
)
def test_files_are_chosen(source: str, files: list[str], meant: list[str]) -> None:
    assert list(chosen(parse(source), files)) == meant
    assert is_partial(meant) == ("partial" in str(meant))


@pytest.mark.parametrize(
    ("source", "files", "told"),
    [
        ("hf://a/b", ONE, "test, train.*source='hf://a/b:test'"),
        ("hf://a/b:dev", ONE, "one of its splits: test, train"),
        ("hf://a/b", CONVERTED, "one of its parts: de, en.*source='hf://a/b/de'"),
        ("hf://a/b/en", CONVERTED, "odd_split, train.*source='hf://a/b/en:odd_split'"),
        ("hf://a/b@v1/xx", CONVERTED, "source='hf://a/b@v1/de'"),
    ],
)
def test_what_is_not_told_is_asked(source: str, files: list[str], told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        chosen(parse(source), files)
