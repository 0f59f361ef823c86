"""A case from its rows to the verdict: every step once, found again afterwards, and shown where nothing may start."""

from __future__ import annotations

from pathlib import Path

import pytest
from tinyvertical import price_rows, tiny_case, write

import kit
from kit.verticals.case import Case
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet

STEPS = ("check", "clean", "choose", "baseline", "untuned", "tune", "tuned", "squeeze", "verdict")


def _all_steps(case: Case) -> dict[str, Report]:
    return {name: getattr(case, name)() for name in STEPS}


def test_a_case_from_rows_to_verdict(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = tiny_case(tmp_path, tiny_model)
    assert case.outcome.values == {}
    shown = _all_steps(case)
    assert not [name for name, report in shown.items() if report.missing]
    assert all(report.sentence in repr(report) for report in shown.values())

    held = case.outcome.values
    assert (held["vertical"], held["data"], held["metric"], held["model"]) == (
        "finance",
        "prices",
        "acc",
        str(tiny_model),
    )
    assert held["baseline_name"] == "TF-IDF + logistic regression"
    assert held["baseline"]["value"] == shown["baseline"].result.metrics["acc"]  # type: ignore[union-attr]
    assert held["tuned"]["low"] <= held["tuned"]["value"] <= held["tuned"]["high"]
    assert held["smallest"]["method"] in ("bf16", "fp32")
    assert set(held["runs"]) == {"prepare", "baseline", "untuned", "tune", "tuned", "squeeze"}
    assert held["tuned_model"] == f"run:{held['runs']['tune']}"
    assert (held["rows"]["test"], len(case.test)) == (8, 8)
    assert len(case.train) == len(case.fit) + len(case.validation)
    compared = kit.compare(case.tuned_result, case.baseline_result)
    assert compared.n == 8  # type: ignore[union-attr]
    assert held["verdicts"]["baseline"] == compared.sentence  # type: ignore[union-attr]

    # Once more, as a notebook that is run again, and as an app: nothing starts.
    runs = {run.id for run in kit.runs()}
    again = _all_steps(tiny_case(tmp_path, tiny_model))
    assert {run.id for run in kit.runs()} == runs
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    looked_at = _all_steps(tiny_case(tmp_path, tiny_model))
    assert {run.id for run in kit.runs()} == runs
    for name in ("check", "clean", "baseline", "untuned", "tune", "tuned", "squeeze", "verdict"):
        assert repr(looked_at[name]) == repr(again[name]) == repr(shown[name])
    assert case.outcome.values == held


def test_an_app_without_results_says_so(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    case = tiny_case(tmp_path, tiny_model)
    shown = _all_steps(case)
    assert [name for name, report in shown.items() if not report.missing] == ["choose"]
    assert all("the owner runs this notebook once" in shown[name].sentence for name in ("check", "tune", "verdict"))
    assert tiny_case(tmp_path, "").choose().missing
    with pytest.raises(NotYet):
        case.train  # noqa: B018
    case.keep(rings=3)
    assert kit.runs() == []
    assert case.outcome.facts == {}


def test_other_rows_are_another_case(tiny_model: Path, tmp_path: Path) -> None:
    case = tiny_case(tmp_path, tiny_model)
    case.check()
    first = case.outcome["runs"]["prepare"]
    write(tmp_path / "prices_train.jsonl", price_rows(60))
    other = tiny_case(tmp_path, tiny_model)
    assert not other.prepared
    assert other.outcome.values == {}
    other.check()
    assert other.outcome["runs"]["prepare"] != first


def test_a_model_is_chosen_among_those_on_this_machine(tmp_path: Path) -> None:
    """None is here: the one that comes as a package is named, and why."""
    case = tiny_case(tmp_path, "")
    said = case.choose()
    assert case.model == case.outcome["model"] == "smollm2-135m-instruct"
    assert "SmolLM2" in said.sentence
    assert tiny_case(tmp_path, "").model == case.model
    assert case.tune_spec().model == case.model
    assert case.tune_spec().steps == 3


def test_own_numbers_are_kept(tmp_path: Path) -> None:
    case = tiny_case(tmp_path, "m")
    case.keep(rings=3)
    case.keep(found={"precision": 0.9})
    assert case.outcome.facts == {"rings": 3, "found": {"precision": 0.9}}


def test_a_stopped_step_goes_on(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupting stops the run, and the next call takes it up again."""
    import kit.verticals.watching as watching

    case = tiny_case(tmp_path, tiny_model)
    spec = case.tune_spec()

    class Interrupting:
        def show(self, status: kit.Run) -> None:
            raise KeyboardInterrupt

        def clear(self) -> None:
            pass

    with monkeypatch.context() as patched:
        patched.setattr(watching, "_SHOWN_FROM_S", 0.0)
        patched.setattr(watching, "_line", lambda name: Interrupting())
        with pytest.raises(KeyboardInterrupt):
            case.carry_out("tune", spec)
    (run,) = kit.runs(kind="tune")
    run.wait(60)
    assert case.carry_out("tune", spec).id == run.id
    assert [each.id for each in kit.runs(kind="tune")] == [run.id]
    assert kit.find_run(run.id).status.state == "finished"
