"""A study as a run leaves it: rows for a model without ids, alerts for people, nothing of later days in the past."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.errors import DataError
from kit.report import ListReport
from kit.result import Result
from kit.verticals.finance.alert import DISPOSITIONS
from kit.verticals.finance.checked import checked
from kit.verticals.finance.study.spec import StudySpec
from kit.verticals.finance.study.work import study
from kit.verticals.finance.world import World

_IDS = re.compile(r"\b[AXMDT]-\d{3,}")


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "artifacts" / name).read_text(encoding="utf-8").splitlines()]


def test_what_a_model_reads_holds_no_id(studied: tuple[Result, Path]) -> None:
    _result, folder = studied
    for name in ("train.jsonl", "test.jsonl"):
        rows = lines(folder, name)
        assert {row["label"] for row in rows} <= set(DISPOSITIONS)
        assert not [row["text"] for row in rows if _IDS.search(row["text"])]
    assert not [row for row in lines(folder, "explain.jsonl") if _IDS.search(json.dumps(row))]


def test_the_past_is_before_what_is_held_out(studied: tuple[Result, Path]) -> None:
    result, folder = studied
    train, test = lines(folder, "train.jsonl"), lines(folder, "test.jsonl")
    assert max(row["when"] for row in train) < result.facts["split"] <= min(row["when"] for row in test)
    assert (len(train), len(test)) == (result.facts["alerts"]["train"], result.facts["alerts"]["test"])


def test_only_labels_of_the_past_are_wrong_at_times(studied: tuple[Result, Path], small: World) -> None:
    _result, folder = studied
    truth = {transfer.id: transfer.label for transfer in small.transfers}
    train, test = lines(folder, "train.jsonl"), lines(folder, "test.jsonl")
    assert all(truth[row["alert"]] == row["label"] for row in test)
    wrong = sum(truth[row["alert"]] != row["label"] for row in train) / len(train)
    assert 0.01 < wrong < 0.10


def test_what_is_taught_to_explain_passes_the_check(studied: tuple[Result, Path]) -> None:
    result, folder = studied
    names = [rule["name"] for rule in result.facts["rules"]]
    rows = lines(folder, "explain.jsonl")
    assert len(rows) > 60
    for row in rows:
        disposition = row["question"].rsplit("Disposition: ", 1)[1].rstrip(".")
        assert checked(row["answer"], row["question"], disposition, names).refused == "", row


def test_alerts_tell_what_was_known_before(studied: tuple[Result, Path], small: World) -> None:
    """Every edge of a neighbourhood is of a transfer that happened before, and rules that fired stand in the text."""
    _result, folder = studied
    transfers = {transfer.id: transfer for transfer in small.transfers}
    alerts = json.loads((folder / "artifacts" / "alerts.json").read_text(encoding="utf-8"))
    drawn = 0
    for alert in alerts:
        now = transfers[alert["id"]]
        before = {(t.sender, t.payee) for t in small.transfers if t.hour < now.hour}
        used = {(t.sender, t.device) for t in small.transfers if t.hour < now.hour} | {(now.sender, now.device)}
        ids = {node["id"] for node in alert["around"]["nodes"]}
        for edge in alert["around"]["edges"]:
            pair = (edge["from"], edge["to"])
            assert set(pair) <= ids
            assert pair in {"pays": before, "uses": used, "this": {(now.sender, now.payee)}}[edge["kind"]]
        drawn += len(alert["around"]["edges"]) > 3
        assert ("No rule fired." in alert["text"]) == (not alert["fired"])
        assert all(name in alert["text"] for name in alert["fired"])
        assert 0 <= alert["boosting"] <= 1
    assert drawn > 20


def given(world: World, folder: Path, **names: str) -> Path:
    """Write a world as somebody's own file."""
    path = folder / "own.jsonl"
    rows = []
    for t in world.transfers:
        moment = datetime.fromisoformat(world.start) + timedelta(hours=t.hour)
        row = {
            "time": moment.isoformat(),
            "sender": f"Maria {t.sender}",
            "payee": f"DE89 3704 {t.payee}",
            "amount": t.amount,
        }
        row |= {"device": f"phone of {t.device}", "label": t.label, "ring": t.ring, "papers": t.papers}
        row |= {"payee_kind": world.parties[t.payee].kind, "note": "call +49 151 23456789"}
        rows.append({names.get(name, name): value for name, value in row.items()})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_same_transfers_from_a_file_give_the_same_study(
    studied: tuple[Result, Path], small: World, tmp_path: Path
) -> None:
    """But for the age of accounts and the truth about rings, which a file need not know."""
    path = given(small, tmp_path, sender="from_account", payee="beneficiary")
    found = study(StudySpec(source=str(path), digest="x"), ListReport(tmp_path))
    assert found.facts["transfers"] == studied[0].facts["transfers"]
    assert found.facts["split"] == studied[0].facts["split"]
    assert found.facts["later"] == studied[0].facts["later"]
    assert found.facts["graph"]["device"] == studied[0].facts["graph"]["device"]
    assert found.facts["rings"] is None
    held = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "artifacts").iterdir())
    assert not [planted for planted in ("Maria", "DE89", "phone of", "23456789") if planted in held]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"text": "a", "label": "b"}] * 3, "holds no transfers"),
        ([{"time": n, "sender": "a", "payee": "b", "amount": 5, "label": 0} for n in range(100)], "too few"),
    ],
)
def test_a_file_that_cannot_be_studied_says_why(rows: list[dict[str, Any]], said: str, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        study(StudySpec(source=str(path)), ListReport(tmp_path))
