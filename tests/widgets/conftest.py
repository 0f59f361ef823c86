"""Runs as a worker would have left them, and pages that can be asked what they show."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.experiments.spec import SweepSpec
from kit.jobs import Run
from kit.jobs.events import EventWriter
from kit.jobs.process import write_identity
from kit.jobs.start import create_run
from kit.jobs.summary import write_summary
from kit.measure.spec import EvaluateSpec
from kit.report import Event
from kit.result import Measurement, Result
from kit.spec import Spec
from kit.tuning.spec import TuneSpec
from kit.widgets import RunsPanel
from kit.widgets.pulse import Pulse

DATA = DataSpec(source="alerts.jsonl")
RUNNING: Event = {"kind": "state", "state": "running"}
STEPS: list[Event] = [
    {"kind": "progress", "phase": "training", "done": done, "total": 300, "unit": "steps"} for done in (1, 186)
]
VOID = {"input", "br", "img", "hr"}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for the tests of one module; playwright keeps an event loop meanwhile, which others must not meet."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield launched
        launched.close()


class Page(HTMLParser):
    """HTML, read: every element with its attributes and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(html.encode().decode())  # a plain str: htpy gives a Markup, which escapes what is added to it
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", **dict(attrs)}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element["text"] += data

    @property
    def text(self) -> str:
        """Everything that can be read."""
        return " ".join(self.elements[0]["text"].split())

    def all(self, tag: str, **attributes: str) -> list[dict[str, Any]]:
        """Return the elements of a kind; underscores in names stand for hyphens."""
        wanted = {name.replace("_", "-").strip("-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e["tag"] == tag and all(e.get(n) == v for n, v in wanted.items())]

    def button(self, action: str) -> dict[str, Any]:
        """Return the button that asks for `action`."""
        (found,) = self.all("button", data_action=action)
        return found

    def rows(self) -> list[list[str]]:
        """Return the text of the cells of every row of a table's body."""
        rows: list[list[str]] = []
        for element in self.elements:
            if element["tag"] == "tr":
                rows.append([])
            elif element["tag"] in ("td", "th") and rows:
                rows[-1].append(" ".join(element["text"].split()))
        return rows[1:]


@pytest.fixture
def data() -> DataSpec:
    """Data that need not exist: no panel reads rows."""
    return DATA


@pytest.fixture
def read() -> type[Page]:
    """Read HTML."""
    return Page


@pytest.fixture
def left() -> Callable[..., Run]:
    """Leave the folder of a run: `events` without their time, `alive` as this process or as none, `age_s` old."""

    def leave(spec: Spec, origin: str, events: list[Event], *, alive: bool = True, age_s: float = 60) -> Run:
        run = create_run(spec, origin=origin)
        begin = time.time() - age_s
        (run.folder / "about.json").write_text(json.dumps({"created": begin, "cwd": ".", "origin": origin}))
        write_identity(run.folder, os.getpid())
        if not alive:  # whoever has its number now began at another time
            (run.folder / "process.json").write_text(json.dumps({"pid": os.getpid(), "created": 0.0}))
        add(run, events, begin)
        return Run(run.folder)

    return leave


def add(run: Run, events: list[Event], begin: float) -> None:
    """Append events, one second apart from `begin`."""
    writer = EventWriter(run.folder / "events.jsonl")
    for place, event in enumerate(events):
        writer.write({"t": begin + place, **event})
    writer.close()


@pytest.fixture
def append() -> Callable[[Run, list[Event]], None]:
    """Append events to a run that was left."""
    return lambda run, events: add(run, events, time.time())


@pytest.fixture
def part() -> Callable[..., Result]:
    """Make a row of a sweep."""

    def make(method: str, acc: float = 0.8, seconds: float = 0.1, **verdict: Any) -> Result:
        return Result(
            spec={"variant": {"spec": "kit.engines.spec:Variant", "model": "run:x", "method": method}},
            metrics={
                "acc": acc,
                "acc_stderr": 0.0226,
                "macro_f1": acc - 0.02,
                "macro_f1_stderr": 0.025,
                "decode_tokens_per_s": 29.4,
                "max_ram_mib": 922.0,
                "file_size_mib": 513.0,
            },
            measurements={
                "ttft_s": Measurement("ttft_s", "s", (seconds / 2,) * 3),
                "e2el_s": Measurement("e2el_s", "s", (seconds,) * 3),
            },
            facts={"method": method, "rows": 300, "verdict": verdict or {"kind": "reference", "sentence": "ref"}},
        )

    return make


@pytest.fixture
def tuned(left: Callable[..., Run], data: DataSpec) -> Callable[..., Run]:
    """Leave a tuning that ended in some state, or that goes on when the state is ""."""

    def leave(state: str = "finished", acc: float = 0.8, age_s: float = 600, cause: str = "", model: str = "m") -> Run:
        said: list[Event] = [
            RUNNING,
            *STEPS,
            {"kind": "metric", "name": "validation_accuracy", "value": acc, "step": 1},
        ]
        if state:
            said.append({"kind": "state", "state": state, "cause": cause, "fix": "Mend it."})
        run = left(TuneSpec(model=model, data=data), "p", said, age_s=age_s)
        write_summary(run.folder)
        return run

    return leave


@pytest.fixture
def measured(left: Callable[..., Run], part: Callable[..., Result], data: DataSpec) -> Callable[..., Run]:
    """Leave a sweep over two methods, or an evaluation of one, on rows with this hash."""

    def leave(sweep: bool = True, rows: str = "h", seconds: float = 0.4) -> Run:
        spec = SweepSpec(model="m", data=data) if sweep else EvaluateSpec(variant=Variant(model="m"), data=data)
        run = left(spec, "s", [RUNNING, {"kind": "state", "state": "finished"}])
        made = [_on(part("fp32", seconds=seconds), rows, 0), _on(part("bf16", seconds=seconds / 2), rows, 3)]
        whole = Result(spec=spec.to_dict(), parts=tuple(made)) if sweep else made[1]
        (run.folder / "result.json").write_text(whole.to_json(), encoding="utf-8")
        write_summary(run.folder)
        return run

    return leave


def _on(result: Result, rows: str, wrong: int) -> Result:
    result.facts["right"] = [0] * wrong + [1] * (300 - wrong)
    result.facts.pop("verdict")
    result.provenance["data_hash"] = rows
    return result


@pytest.fixture
def tick() -> Callable[..., None]:
    """Tick runs one after another, as the page would."""

    def ticked(panel: RunsPanel, *runs: Run) -> None:
        for run in runs:
            panel.act("tick", {"name": f"run:{run.id}", "value": True}, **{f"run:{run.id}": True})

    return ticked


@pytest.fixture
def hear() -> Callable[..., None]:
    """Give a panel a message as its page would send it."""
    return lambda panel, **message: panel.widget._handle_custom_msg(message, [])


@pytest.fixture(autouse=True)
def nothing_is_left_beating() -> Iterator[None]:
    """After each test no panel may still be looking."""
    yield
    assert not [pulse for pulse in Pulse.beating if pulse.on]
