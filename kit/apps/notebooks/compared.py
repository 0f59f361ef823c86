"""Several runs as a notebook that sets them beside each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.apps.notebooks.rerun import today
from kit.apps.notebooks.write import Cell, code, markdown, notebook, save
from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Run
from kit.widgets.running.words import figure, kind_words, letters, state_words, title, value_words, when

KINDS = ("sweep", "auto", "evaluate", "tune")
_MEASURED = ("sweep", "auto", "evaluate")


def comparison_notebook(runs: Sequence[Run], folder: Path) -> Path:
    """Write a notebook that compares `runs` to a new file in `folder` and return its path.

    Parameters
    ----------
    runs : sequence of Run
        At least two; sweeps and evaluations are compared by what they measured, tunings by how they learnt.
    folder : Path
        Where the notebook goes.

    Raises
    ------
    ParameterError
        Fewer than two runs, one of them twice, or one of another kind.
    OSError
        Nothing can be written to `folder`.
    """
    ids = [run.id for run in runs]
    if len(set(ids)) < len(ids) or len(ids) < 2:
        raise ParameterError("ids", ids, allowed=_("two or more different runs"))
    wrong = [run.id for run in runs if run.summary.kind not in KINDS]
    if wrong:
        raise ParameterError("ids", wrong[0], allowed=_("a tuning, a sweep or an evaluation"))
    tuned = [run.id for run in runs if run.summary.kind == "tune"]
    measured = [run.id for run in runs if run.summary.kind in _MEASURED]
    cells = [
        markdown(_head(runs)),
        code("import kit"),
        *_settings(runs),
        *(_measured_cells(measured) if measured else []),
        *(_tuned_cells(tuned) if tuned else []),
    ]
    return save(notebook(cells), folder, "comparison")


def _head(runs: Sequence[Run]) -> str:
    heads = (_("Run"), _("Kind"), _("Of"), _("State"), _("Result"), _("Started"))
    rows = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    rows += [f"| {' | '.join(_cells(run))} |" for run in runs]
    lead = _("Made on {date} from {n} runs. Run all cells to draw it anew.").format(date=today(), n=len(runs))
    return "\n".join([f"# {_('Comparison')}", "", lead, "", *rows])


def _cells(run: Run) -> list[str]:
    summary = run.summary
    found = figure(summary)
    value = f"{found[0]} {value_words(found[0], found[1])} {found[2]}".strip() if found else "–"
    texts = [f"`{run.id}`", kind_words(summary.kind), title(summary), state_words(summary.state)[0], value]
    return [" ".join(text.replace("|", "\\|").split()) for text in (*texts, when(summary.created))]


def _settings(runs: Sequence[Run]) -> list[Cell]:
    """Return a cell with what was asked differently, where the runs are of one kind."""
    if len({run.summary.kind for run in runs}) > 1:
        return []
    specs = {letters(run.id): _flat(run) for run in runs}
    names = list(dict.fromkeys(name for values in specs.values() for name in values))
    differing = [name for name in names if len({values.get(name, "–") for values in specs.values()}) > 1]
    if not differing:
        return [markdown(_("All of them were asked for the same."))]
    rows = [f"| {_('Setting')} | {' | '.join(specs)} |", f"|{' --- |' * (len(specs) + 1)}"]
    for name in differing:
        values = [values.get(name, "–").replace("|", "\\|") for values in specs.values()]
        rows.append(f"| {name} | {' | '.join(values)} |")
    return [markdown("\n".join([f"## {_('What was asked differently')}", "", *rows]))]


def _flat(run: Run) -> dict[str, str]:
    try:
        values = json.loads((run.folder / "spec.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found: dict[str, str] = {}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key != "spec":
                    walk(inner, f"{name}.{key}" if name else key)
        else:
            found[name] = json.dumps(value, ensure_ascii=False)

    walk(values, "")
    return found


def _measured_cells(ids: Sequence[str]) -> list[Cell]:
    return [
        markdown(_("## What was measured\n\nVerdicts are against the first variant, row by row on the same data.")),
        code(f"{_runs_code(ids)}\nrows = kit.beside(*runs)\nkit.ComparePanel(rows)"),
        code(
            "for row in rows.parts:\n    print(row.facts['method'], row.facts['verdict'].get('sentence', ''), sep=': ')"
        ),
    ]


def _tuned_cells(ids: Sequence[str]) -> list[Cell]:
    draw = (
        "from IPython.display import SVG, display\n\nfrom kit.plots import losses, svg\n\n"
        f"{_runs_code(ids)}\nfor run in runs:\n    print(run)\n    display(SVG(svg(losses(run.status))))"
    )
    return [markdown(_("## How they learnt")), code(draw)]


def _runs_code(ids: Sequence[str]) -> str:
    names = "".join(f"    {id!r},\n" for id in ids)
    return f"names = [\n{names}]\nruns = [kit.find_run(name) for name in names]"
