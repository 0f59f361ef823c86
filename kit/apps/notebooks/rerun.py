"""A run as a notebook that does the same once more, and says where the first one came from."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from kit._check import plain
from kit.apps.notebooks.write import code, markdown, notebook, save
from kit.i18n import _
from kit.jobs import Run, Summary
from kit.plots.words import duration
from kit.spec import Spec
from kit.widgets.running.words import kind_words, letters, state_words, title, when

_FIGURES = 12  # metrics that are set beside those of the new run
_SEEN_BY = {
    "tune": "kit.RunsPanel(kind='tune')",
    "sweep": "kit.ComparePanel(run)",
    "auto": "kit.ComparePanel(run)",
}


def rerun_notebook(run: Run, folder: Path, *, root: Path | None = None) -> Path:
    """Write a notebook that reproduces `run` to a new file in `folder` and return its path.

    Parameters
    ----------
    run : Run
        It may be in any state.
    folder : Path
        Where the notebook goes.
    root : Path, optional
        Data files inside this folder are named by their way from the notebook, so that both can be moved together.

    Raises
    ------
    KitError
        The spec of the run cannot be read here.
    OSError
        Nothing can be written to `folder`.
    """
    summary = run.summary
    spec = beside_the_notebook(run.spec, folder, root) if root else run.spec
    cells = [
        markdown(_head(run, summary)),
        code("import kit\n\nprint(kit.this_machine())"),
        markdown(_("## The same once more")),
        code(f"{_origin(run, summary)}\nspec = {spec.code()}"),
        code("run = kit.start(spec)\nrun"),
        markdown(_("## How it goes")),
        code(_SEEN_BY.get(summary.kind, "run.wait()\nrun.status")),
        *_then_and_now(run),
    ]
    return save(notebook(cells), folder, f"{summary.kind}-{letters(run.id)}")


def code_of(run: Run) -> str:
    """Return Python that starts `run` once more.

    Raises
    ------
    KitError
        Its spec cannot be read here.
    """
    return f"import kit\n\nrun = kit.start({run.spec.code()})"


def beside_the_notebook(spec: Spec, folder: Path, root: Path) -> Spec:
    """Return `spec` with files inside `root` named relative to `folder`."""

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: _way(inner) if name == "source" else moved(inner) for name, inner in value.items()}
        return [moved(item) for item in value] if isinstance(value, list) else value

    def _way(source: Any) -> Any:
        if not isinstance(source, str) or not os.path.isabs(source) or not Path(source).is_relative_to(root):
            return source
        return os.path.relpath(source, folder)

    changed: Spec = Spec.from_dict(moved(spec.to_dict()))
    return changed


def _head(run: Run, summary: Summary) -> str:
    lines = [
        f"# {_('Again')}: {kind_words(summary.kind)}, {title(summary)}",
        "",
        _("Made from run `{id}`, which began on {when}; it is {state}.").format(
            id=run.id, when=when(summary.created), state=state_words(summary.state)[0]
        ),
    ]
    if summary.over and summary.took_s is not None:
        lines[-1] += " " + _("It took {time}.").format(time=duration(summary.took_s))
    if summary.cause:
        lines += ["", f"> {summary.cause} {summary.fix}".rstrip()]
    return "\n".join(lines)


def _origin(run: Run, summary: Summary) -> str:
    """Return comments that say with what the first run was made."""
    found = result_values(run).get("provenance") or {}
    packages = ", ".join(f"{name} {version}" for name, version in (found.get("packages") or {}).items())
    machine = found.get("machine") or {}
    told = {
        _("run"): run.id,
        _("started"): when(summary.created),
        _("tunebook"): f"{found.get('tunebook', '')} ({found.get('commit', '')})" if found else "",
        _("packages"): packages,
        _("machine"): f"{machine.get('cores')} cores, {machine.get('system')}" if machine else "",
        _("data"): str(found.get("data_hash") or ""),
    }
    return "\n".join(f"# {name}: {_one_line(value)}" for name, value in told.items() if value)


def _then_and_now(run: Run) -> list[dict[str, Any]]:
    metrics = result_values(run).get("metrics") or {}
    shown = {name: value for name, value in list(metrics.items())[:_FIGURES] if isinstance(value, int | float)}
    if not shown:
        return []
    rows = "".join(f"    {name!r}: {plain(value)!r},\n" for name, value in shown.items())
    lines = [f"then = {{\n{rows}}}", "now = run.wait().result.metrics", "for name, value in then.items():"]
    lines.append("    print(f'{name:24} {value:12.5g} {now.get(name, float(\"nan\")):12.5g}')")
    return [markdown(_("## Then and now")), code("\n".join(lines))]


def result_values(run: Run) -> dict[str, Any]:
    """Return what stands in the result of `run`, or an empty dict where there is none that can be read."""
    try:
        values = json.loads((run.folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def today() -> str:
    """Return the date, as notebooks say when they were made."""
    return time.strftime("%Y-%m-%d")
