"""Addresses of databases and of the hub: what each is, and that no password is ever repeated."""

from __future__ import annotations

from typing import Any

import pytest

from kit.data import DataSpec, load_data
from kit.data.look import look
from kit.data.origin.address import holds_password, is_database, is_hub, without_password
from kit.errors import KitError, ParameterError
from kit.spec import load_spec

WITH_PASSWORD = [
    "postgresql://ann:s3cret@host/db",
    "postgresql+psycopg://ann:s3cret@host:5432/db?sslmode=require",
    "mysql://ann:p@s3cret@host/db",
    "mysql://:s3cret@host/db",
    "postgresql://host/db?user=ann&password=s3cret",
    "snowflake://ann@host/db?token=s3cret&role=x",
    "mssql+pyodbc:///?odbc_connect=DRIVER=x;UID=ann;PWD=s3cret",
    "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dann%3BPWD%3Ds3cret",
    "sqlite:///file.db?password=s3cret",
]


@pytest.mark.parametrize("source", WITH_PASSWORD)
def test_a_password_is_refused_and_not_repeated(source: str) -> None:
    assert holds_password(source)
    assert "s3cret" not in without_password(source)
    for use in (
        lambda: DataSpec(source=source, query="SELECT 1"),
        lambda: DataSpec(source=source),
        lambda: load_data(source, query="SELECT 1"),
        lambda: look(source, query="SELECT 1"),
        lambda: load_spec({"spec": "kit.data.spec:DataSpec", "source": source, "query": "SELECT 1"}),
    ):
        with pytest.raises(ParameterError) as caught:
            use()
        assert "password_variable" in str(caught.value)
        assert "s3cret" not in f"{caught.value!r} {caught.value} {caught.value.value} {caught.value.problem}"


@pytest.mark.parametrize("source", ["https://ann:s3cret@host/a.csv", "s3://key:s3cret@bucket/a.parquet"])
def test_other_addresses_are_refused_without_their_password(source: str) -> None:
    with pytest.raises(KitError) as caught:
        load_data(source)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "source", ["sqlite:///a.db", "postgresql://ann@host/db", "duckdb:////data/x.duckdb", "mysql+pymysql://host/db"]
)
def test_databases_are_told_from_other_things(source: str) -> None:
    assert is_database(source)
    assert not is_hub(source)
    assert not holds_password(source)
    assert without_password(source) == source


@pytest.mark.parametrize("source", ["rows.csv", "C:/data/rows.csv", "finance-alerts", "https://h/a.csv", "hf://a/b"])
def test_what_is_no_database(source: str) -> None:
    assert not is_database(source)
    assert is_hub(source) == source.startswith("hf")


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"source": "sqlite:///a.db"}, "query"),
        ({"source": "rows.csv", "query": "SELECT 1"}, "query"),
        ({"source": "rows.csv", "password_variable": "X"}, "password_variable"),
        ({"source": "sqlite:///a.db", "query": "DELETE FROM t"}, "query"),
        ({"source": "sqlite:///a.db", "query": "SELECT 1", "password_variable": "s3cret!"}, "password_variable"),
    ],
)
def test_what_goes_together_is_checked_when_the_spec_is_made(options: dict[str, Any], parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        DataSpec(**options)
    assert caught.value.parameter == parameter
    assert "s3cret" not in str(caught.value)  # somebody may have given the password itself
