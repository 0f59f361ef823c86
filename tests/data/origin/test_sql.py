"""Rows of a database through SQLAlchemy: streamed, read only, the password never kept."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, load_data, open_data
from kit.data.look import look
from kit.data.origin import sql
from kit.data.reading import Reading
from kit.errors import DataError, KitError, MissingPackageError, ParameterError

QUERY = "SELECT id, note AS text, label FROM notes ORDER BY id"
Make = Callable[..., str]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database of forty notes."""
    path = tmp_path / "notes of a ward.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE notes (id INTEGER, note TEXT, label TEXT, rate REAL, at TEXT)")
        rows = [(i, f"note {i}: 10:30 50%", "high" if i % 3 else "low", i / 4, "2026-01-02") for i in range(40)]
        made.executemany("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", rows)
    return f"sqlite:///{path}"


def test_a_query_is_a_source_like_any_other(database: str) -> None:
    data = load_data(database, query=QUERY)
    assert len(data) == 40
    assert data.items[3].text == "note 3: 10:30 50%"
    assert data.counts == {"high": 26, "low": 14}
    train, test = data.split(0.25, seed=3)
    for part in (data, train, test, data.take([4])):
        again = open_data(DataSpec.from_dict(json.loads(part.spec.to_json())))
        assert (again.hash, again.items) == (part.hash, part.items)


def test_the_gate_reads_it_row_by_row(database: str) -> None:
    reading = Reading(DataSpec(source=database, query=QUERY))
    entries = list(reading.entries())
    assert [entry.number for entry in entries] == list(range(1, 41))
    assert (reading.unit, reading.columns, reading.notes) == ("row", ("id", "text", "label"), [])
    assert entries == list(reading.entries())  # asked again


def test_without_an_order_it_is_said(database: str) -> None:
    assert any("ORDER BY" in note for note in load_data(database, query=QUERY.partition("ORDER")[0]).notes)


def test_signs_that_drivers_give_a_meaning_are_plain_text(database: str) -> None:
    query = "SELECT note AS text, label FROM notes WHERE note LIKE '%10:30 50%' AND note <> ':name %s ?' ORDER BY id"
    assert len(load_data(database, query=query)) == 40


def test_what_is_proposed_for_a_query(database: str) -> None:
    seen = look(database, query="SELECT * FROM notes ORDER BY id")
    assert seen["usable"]
    assert seen["proposed"] == {"text": "note", "label": "label"}
    assert seen["rows"] == 40


def test_relative_addresses_mean_the_same_from_elsewhere(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = load_data("sqlite:///notes of a ward.db", query=QUERY)
    monkeypatch.chdir("/")
    assert len(open_data(data.spec)) == 40


def test_a_file_of_sqlite_is_opened_for_reading_only(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.data.origin.address.check_query", lambda query: None)
    with pytest.raises(DataError, match=r"readonly|read-only|read only"):
        load_data(database, query="DELETE FROM notes RETURNING note AS text, label")
    assert len(load_data(database, query=QUERY)) == 40


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT lost FROM notes", "no such column"),
        ("SELECT * FROM lost", "no such table"),
        ("SELECT , 1", "syntax"),
    ],
)
def test_what_the_database_says_is_told(database: str, query: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        load_data(database, query=query)
    assert caught.value.fix


def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "lost.db"
    with pytest.raises(ParameterError, match="database file that exists"):
        load_data(f"sqlite:///{path}", query=QUERY)
    assert not path.exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "rows.db").write_text("text,label\n", encoding="utf-8")
    with pytest.raises(DataError, match="not a database"):
        load_data(f"sqlite:///{tmp_path / 'rows.db'}", query=QUERY)


def test_bad_rows_are_told_with_their_number(database: str) -> None:
    query = "SELECT CASE id WHEN 4 THEN '' ELSE note END AS text, label FROM notes ORDER BY id"
    with pytest.raises(DataError, match="row 5, field 'text'"):
        load_data(database, query=query)


def test_two_columns_of_one_name_are_refused(database: str) -> None:
    with pytest.raises(DataError, match="more than one column named 'text'"):
        load_data(database, query="SELECT note AS text, label, note AS text FROM notes ORDER BY id")


def test_the_password_comes_from_the_environment_and_stays_there(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection gets it; spec, code, notes and messages do not."""
    seen: list[Any] = []
    monkeypatch.setenv("NOTES_PASSWORD", "s3cret")
    path = database.removeprefix("sqlite:///")

    def connect(url: Any, **_more: Any) -> Any:
        seen.append(url)
        real: Any = create_engine
        return real("sqlite://", creator=sql._reading(Path(path)))

    import sqlalchemy

    create_engine = sqlalchemy.create_engine
    monkeypatch.setattr(sqlalchemy, "create_engine", connect)
    data = load_data("postgresql://ann@host/notes", query=QUERY, password_variable="NOTES_PASSWORD")
    assert (seen[0].password, seen[0].username, seen[0].host) == ("s3cret", "ann", "host")
    assert len(data) == 40
    kept = data.spec.to_json() + data.spec.code() + repr(data) + repr(data.notes) + data._repr_html_()
    assert "s3cret" not in kept
    assert "NOTES_PASSWORD" in kept


def test_a_refusal_does_not_repeat_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlalchemy

    def refuse(url: Any, **_more: Any) -> Any:
        raise sqlalchemy.exc.OperationalError("x", {}, Exception(f"no login for {url.render_as_string(False)}"))

    monkeypatch.setattr(sqlalchemy, "create_engine", refuse)
    monkeypatch.setenv("NOTES_PASSWORD", "s3cret")
    with pytest.raises(DataError, match="no login for") as caught:
        load_data("postgresql://ann@host/notes", query=QUERY, password_variable="NOTES_PASSWORD")
    shown = [caught.value, caught.value.__cause__, caught.value.__context__ if caught.value.__cause__ else None]
    assert not any("s3cret" in f"{each!r}" for each in shown)


def test_what_is_missing_is_named(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KitError, match="LOST_PASSWORD, which password_variable names"):
        load_data("postgresql://ann@host/notes", query=QUERY, password_variable="LOST_PASSWORD")
    with pytest.raises(ParameterError, match="that SQLAlchemy knows"):
        load_data("nosuchbase://host/notes", query=QUERY)
    with pytest.raises(MissingPackageError, match=r"oracledb|cx_Oracle"):
        load_data("oracle+cx_oracle://host/notes", query=QUERY)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingPackageError, match=r"tunebook\[data\]"):
        load_data(database, query=QUERY)
