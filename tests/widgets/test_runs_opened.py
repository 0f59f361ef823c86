"""What opens under a run in the list: its log, its code, why it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kit.data.spec import DataSpec
from kit.jobs import Run, runs
from kit.jobs.summary import write_summary
from kit.tuning.spec import TuneSpec
from kit.widgets import RunsPanel


def test_the_end_of_the_log_opens_in_place(tuned: Callable[..., Run], read: type[Any]) -> None:
    run = tuned("failed", cause="No memory.")
    (run.folder / "log.txt").write_text(
        "first\n" + "x" * 9000 + "\n\x1b[31mlast <b>line</b>\x1b[0m\r\n", encoding="utf-8"
    )
    panel = RunsPanel()
    panel.act("open", f"log:{run.id}")
    (log,) = read(panel.html()).all("pre", data_part="log-of-run")
    assert log["text"].endswith("last <b>line</b>")
    assert "first" not in log["text"]
    assert read(panel.html()).all("button", data_copy="log-of-run")
    assert "Mend it." in read(panel.html()).text
    panel.act("open", f"log:{run.id}")
    assert read(panel.html()).all("pre", data_part="log-of-run") == []


def test_a_log_that_grows_is_followed(tuned: Callable[..., Run]) -> None:
    run = tuned()
    panel = RunsPanel()
    panel.act("open", f"log:{run.id}")
    assert "The process printed nothing." in panel.html()
    (run.folder / "log.txt").write_text("something", encoding="utf-8")
    assert "something" in panel.html()


def test_why_a_run_ended_opens_in_place_with_what_to_do(tuned: Callable[..., Run], read: type[Any]) -> None:
    cause = "Out of memory: the system ended it (SIGKILL, holding up to 3.20 GB). Last lines of its log: “a / b”"
    run = tuned("crashed", cause=cause)
    panel = RunsPanel()
    row = read(panel.html()).rows()[0][1]
    assert row == "crashedOut of memory: the system ended it (SIGKILL, holding up to 3.20 GB).why, and what to do"
    panel.act("open", f"why:{run.id}")
    assert read(panel.html()).rows()[1] == [f"{cause}Mend it."]
    panel.act("open", f"why:{run.id}")
    assert len(read(panel.html()).rows()) == 1


def test_code_can_be_copied_and_does_the_same(tuned: Callable[..., Run], read: type[Any]) -> None:
    run = tuned(model="it's")
    panel = RunsPanel()
    panel.act("open", f"code:{run.id}")
    (code,) = read(panel.html()).all("pre", data_part="code-of-run")
    assert code["text"] == f"import kit\n\nrun = kit.start({run.spec.code()})"
    assert read(panel.html()).all("button", data_copy="code-of-run")
    stopped = tuned("stopped")
    panel.refresh()
    panel.act("open", f"code:{stopped.id}")
    (code,) = read(panel.html()).all("pre", data_part="code-of-run")
    assert code["text"].startswith(f"import kit\n\nrun = kit.start({stopped.spec.code()})")
    assert code["text"].endswith(f"# run = kit.find_run({stopped.id!r}).resume()")
    (run.folder / "spec.json").write_text('{"spec": "no_such.package:XSpec"}', encoding="utf-8")
    again = RunsPanel()
    again.act("open", f"code:{run.id}")
    assert "cannot be imported" in again.html()


def test_hostile_names_are_only_text(tick: Callable[..., None], left: Callable[..., Run], read: type[Any]) -> None:
    bad = "<img src=x onerror=alert(1)>\"'&"
    spec = TuneSpec(model=bad, data=DataSpec(source=bad))
    run = left(
        spec,
        bad,
        [{"kind": "state", "state": "running"}, {"kind": "state", "state": "failed", "cause": bad, "fix": bad}],
    )
    hostile = run.folder.rename(run.folder.with_name("\"><script>alert(1)<-x'y"))
    (hostile / "log.txt").write_text(bad, encoding="utf-8")
    write_summary(hostile)
    panel = RunsPanel()
    panel.act("filter", text=bad)
    for what in ("log", "code"):
        panel.act("open", f"{what}:{hostile.name}")
        page = read(panel.html())
        assert page.all("img") == page.all("script") == []
        assert bad in page.text
    assert page.all("input", name=f"run:{hostile.name}")
    tick(panel, Run(hostile))
    panel.act("delete")
    assert runs() == []
