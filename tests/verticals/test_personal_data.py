"""Personal data planted in the rows of each vertical appears in no prompt, log, artefact or page."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tinyvertical import price_rows, write

from kit.place import cache, home
from kit.verticals.case import Case

PLANTED = {
    "name": "Maria Gonzalez",
    "mail": "maria.gonzalez@example.org",
    "iban": "DE89370400440532013000",
    "phone": "+49 151 23456789",
}
STEPS = ("check", "clean", "choose", "baseline", "untuned", "tune", "tuned", "squeeze", "verdict")


def _alerts(i: int) -> dict[str, Any]:
    row = price_rows(1 + i)[i]
    row["text"] += f" said {PLANTED['name']}, paid to {PLANTED['iban']}" if i % 3 == 0 else ""
    return {**row, "analyst": PLANTED["mail"], "callback": PLANTED["phone"], "account": 4915123456789}


def _questions(i: int) -> dict[str, Any]:
    asked = {"question": f"Which of these is case {i} of today?", "choices": ["a cold", "the flu"], "answer": i % 2}
    asked["choices"] = [f"{choice} as told by {PLANTED['name']}" for choice in asked["choices"]]
    return {**asked, "note": f"Ask {PLANTED['mail']} or {PLANTED['phone']}", "patient": f"{PLANTED['name']}"}


def _readings(i: int) -> dict[str, Any]:
    features = {"speed": 1000 + i, "heat": i % 9, "seen by": PLANTED["name"], "call": PLANTED["phone"]}
    order = f"Write to {PLANTED['mail']}, pay {PLANTED['iban']}"
    return {"features": features, "label": ("fails", "runs")[i % 2], "order": order}


ROWS: dict[str, Callable[[int], dict[str, Any]]] = {
    "finance": _alerts,
    "medical": _questions,
    "manufacturing": _readings,
}


def _leaks(folder: Path, given: Path) -> list[str]:
    """Return the files under a folder that hold something planted, in any of the forms that files have it."""
    forms = {
        form for value in PLANTED.values() for form in (value, value.replace(" ", ""), value.replace(" ", "\\u0020"))
    }
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and given not in path.parents:
            held = path.read_bytes().lower()
            found += [f"{path}: {form}" for form in forms if form.lower().encode() in held]
    return found


@pytest.mark.parametrize("vertical", ROWS)
def test_it_appears_nowhere(vertical: str, tiny_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "given"
    given.mkdir()
    train = write(given / "own_train.jsonl", [ROWS[vertical](i) for i in range(60)])
    test = write(given / "own_test.jsonl", [ROWS[vertical](i) for i in range(60, 90)])
    assert _leaks(given, tmp_path / "elsewhere")  # they are there, and are found where they are
    module = importlib.import_module(f"kit.verticals.{vertical}")
    case: Case = module.case(train=train, test=test, model=str(tiny_model), quick=True)
    shown = {name: getattr(case, name)() for name in STEPS}
    assert not [name for name, report in shown.items() if report.missing]
    assert "IBAN" in shown["clean"].sentence or "name" in shown["clean"].sentence

    pages = "".join(report._repr_html_() + repr(report) for report in shown.values())
    prompts = "".join(str(case.train.prompts()) + str(case.test.prompts()))
    printed = "".join(capfd.readouterr())
    for what, text in (("page", pages), ("prompt", prompts), ("printed", printed)):
        assert not [value for value in PLANTED.values() if value.lower() in text.lower()], what
    assert _leaks(home(), given) == []
    assert not cache().exists() or _leaks(cache(), given) == []
    assert _leaks(Path(os.environ["TUNEBOOK_RUNTIME"]), given) == []
