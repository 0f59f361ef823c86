"""What a notebook tells of itself: by its metadata, else by its text; and which notebooks are apps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.apps.gallery import Entry, entries_of, last_measured, notice_of
from kit.apps.gallery.notice import REVIEW
from kit.errors import KitError
from kit.experiments.spec import SweepSpec
from kit.jobs import Run
from kit.jobs.events import EventWriter
from kit.jobs.start import create_run
from kit.jobs.summary import write_summary
from kit.result import Result

TEXT = "# Who calls back?\n\nSome calls *matter* more. Others wait.\n\nMore.\n\n**Limits.** Only [English](x.md). Old."


def _notebook(path: Path, *, text: str = TEXT, code: str = "", app: Any = None) -> Path:
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": text}]
    cells.append({"cell_type": "code", "metadata": {}, "source": code, "outputs": [], "execution_count": None})
    metadata = {} if app is None else {"tunebook": {"app": app}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def _swept(accs: dict[str, float], *, origin: str | None = None, about: dict[str, Any] | None = None) -> Run:
    data = {"source": "alerts.jsonl"}
    values = {
        "spec": "kit.experiments.spec:SweepSpec",
        "model": "m",
        "data": {"spec": "kit.data.spec:DataSpec", **data},
    }
    spec = SweepSpec.from_dict(values)
    run = create_run(spec, origin=origin)
    if about:
        told = json.loads((run.folder / "about.json").read_text())
        (run.folder / "about.json").write_text(json.dumps({**told, **about}))
    parts = tuple(
        Result(
            spec={"variant": {"model": "org/smol", "method": method}},
            metrics={"acc": acc, "acc_stderr": 0.02},
            facts={"rows": 300},
        )
        for method, acc in accs.items()
    )
    (run.folder / "result.json").write_text(Result(spec=spec.to_dict(), parts=parts).to_json())
    writer = EventWriter(run.folder / "events.jsonl")
    for t, state in ((1.7e9, "running"), (1.7e9 + 60, "finished")):
        writer.write({"t": t, "kind": "state", "state": state})
    writer.close()
    write_summary(run.folder)
    return run


def test_the_text_tells(tmp_path: Path) -> None:
    code = 'kit.TunePanel("smollm2-135m-instruct", train, name="my panel")'
    told = notice_of(_notebook(tmp_path / "a.ipynb", code=code))
    assert (told.title, told.about) == ("Who calls back?", "Some calls matter more.")
    assert told.limits == f"{REVIEW} Only English. Old."
    assert (told.model, told.names) == ("smollm2-135m-instruct", {"my panel"})


def test_the_metadata_comes_first(tmp_path: Path) -> None:
    app = {
        "title": "T",
        "about": "A.",
        "limits": "L.",
        "model": "M",
        "accuracy": "0.9",
        "date": "2026-01-01",
        "run": "r",
    }
    told = notice_of(_notebook(tmp_path / "a.ipynb", app=app))
    assert {name: getattr(told, name) for name in app} == app


@pytest.mark.parametrize("app", [{"title": 3, "limits": ["x"]}, ["x"], "yes", 0])
def test_metadata_of_the_wrong_kind_is_passed_over(tmp_path: Path, app: Any) -> None:
    assert notice_of(_notebook(tmp_path / "a.ipynb", app=app)).title == "Who calls back?"


def test_of_several_models_none_is_named(tmp_path: Path) -> None:
    code = 'kit.SweepSpec(models=("qwen3-8b", "smollm2-135m-instruct"))'
    assert notice_of(_notebook(tmp_path / "a.ipynb", code=code)).model == ""


@pytest.mark.parametrize("content", ["", "{}", '{"cells": 3}', "\ufffd"])
def test_what_cannot_be_read_has_a_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.ipynb").write_text(content)
    told = notice_of(tmp_path / "broken.ipynb")
    assert (told.title, told.limits) == ("broken", REVIEW)


def test_a_folder_is_the_apps_in_it(tmp_path: Path) -> None:
    for name in ("B x", "a", "c"):
        _notebook(tmp_path / f"{name}.ipynb", app=False if name == "c" else None)
    _notebook(tmp_path / "more" / "a.ipynb")
    found = entries_of([tmp_path, tmp_path / "more" / "a.ipynb", tmp_path / "a.ipynb"])
    assert [(entry.slug, entry.path.name) for entry in found] == [
        ("b-x", "B x.ipynb"),
        ("a", "a.ipynb"),
        ("a-2", "a.ipynb"),
    ]
    assert [entry.slug for entry in entries_of([tmp_path / "c.ipynb"])] == ["c"]  # who names it means it


def test_a_folder_without_apps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="There is no notebook in the folder"):
        entries_of([tmp_path])
    _notebook(tmp_path / "a.ipynb", app=False)
    with pytest.raises(KitError, match="is an app"):
        entries_of([tmp_path])


def test_the_notebooks_that_come_along_are_apps() -> None:
    found = {entry.slug: entry.told() for entry in entries_of()}
    assert "00-quickstart" in found
    assert all(told["title"] and told["about"] and REVIEW in told["limits"] for told in found.values())


def test_a_sweep_of_one_of_its_panels_is_told(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "a.ipynb", code='kit.SweepPanel(model, test, name="my sweep")')
    assert Entry("a", path).told()["accuracy"] == ""
    _swept({"fp32": 0.8, "int8": 0.81}, origin="my sweep")
    _swept({"fp32": 0.99}, origin="another")
    told = Entry("a", path).told()
    assert told["accuracy"] == "0.81 ± .04 on 300 rows (best of 2 variants)"
    assert told["model"] == "smol · int8"
    assert told["date"].startswith("2023-11-1")


def test_a_run_that_was_started_in_the_notebook_is_its_own(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "a.ipynb")
    _swept({"fp32": 0.7}, about={"notebook": str(path)})
    _swept({"fp32": 0.9}, about={"notebook": str(tmp_path / "gone.ipynb")})
    found = last_measured(path)
    assert found is not None
    assert (found.acc, found.among, found.words()) == (0.7, 1, "0.70 ± .04 on 300 rows")


def test_one_run_can_be_named(tmp_path: Path) -> None:
    first, second = _swept({"fp32": 0.7}), _swept({"fp32": 0.9})
    path = _notebook(tmp_path / "a.ipynb")
    for run, acc in ((first, 0.7), (second, 0.9)):
        found = last_measured(path, run=run.id)
        assert found is not None
        assert found.acc == acc
    assert last_measured(path, run="none") is None


def test_a_result_that_cannot_be_read_is_no_measurement(tmp_path: Path) -> None:
    run = _swept({"fp32": 0.7}, origin="p")
    for text in ("", "[]", '{"parts": [3]}', '{"metrics": {"acc": null}}'):
        (run.folder / "result.json").write_text(text)
        assert last_measured(tmp_path, {"p"}) is None


def test_the_quickstart_knows_its_runs_by_the_names_of_its_panels() -> None:
    (quickstart,) = [entry for entry in entries_of() if entry.slug == "00-quickstart"]
    assert "quickstart-sweep" in notice_of(quickstart.path).names
