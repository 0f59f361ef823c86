"""Queries: those that read pass, those that change something do not."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data.origin.query import check_query, is_ordered
from kit.errors import ParameterError


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "select replace(a, 'x', 'y') from t;",
        "WITH a AS (SELECT 1) SELECT * FROM a -- drop it later",
        "SELECT 'insert into', \"update\" FROM t",
        "/* the good ones */ SELECT * FROM t WHERE note LIKE '%; delete%'",
        "SELECT t.set FROM t",
        "SELECT 'it''s; drop' FROM t",
    ],
)
def test_a_query_that_reads_passes(query: str) -> None:
    check_query(query)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "-- nothing",
        "DELETE FROM t",
        "EXPLAIN SELECT 1",
        "SELECT 1; DROP TABLE t",
        "SELECT 5--1; DROP TABLE t",
        "SELECT 1 /*! INTO OUTFILE 'x' */",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "SELECT * INTO other FROM t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT 'open",
        "SELECT 1 /* open",
        "PRAGMA table_info(t)",
        "WITH x AS (VALUES (1)) INSERT INTO t SELECT * FROM x",
        "sElEcT 1; aTTach 'x' AS y",
    ],
)
def test_a_query_that_does_more_is_refused(query: str) -> None:
    with pytest.raises(ParameterError, match="query="):
        check_query(query)


def test_order_is_seen_in_code_only() -> None:
    assert is_ordered("SELECT a FROM t ORDER  BY a")
    assert not is_ordered("SELECT 'order by' FROM t -- order by a")


_piece = st.sampled_from(
    ["SELECT", " a ", "*", " FROM t ", ";", "--", "/*", "*/", "'", '"', "\n", "DROP TABLE t", "DELETE FROM t", "1", "`"]
)


@given(parts=st.lists(_piece, max_size=12))
def test_what_passes_changes_nothing_in_a_real_database(parts: list[str]) -> None:
    """SQLite itself judges: whatever passes, and it understands, leaves the table as it was."""
    query = "".join(parts)
    try:
        check_query(query)
    except ParameterError:
        return
    with sqlite3.connect(":memory:") as database:
        database.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        try:
            database.execute(query).fetchall()
        except (sqlite3.Error, sqlite3.Warning):
            return
        assert database.execute("SELECT count(*) FROM t").fetchone() == (1,)
