"""What stands on a run card beside the numbers: the question, rows, model, machine, versions, and the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.errors import KitError
from kit.i18n import _, ngettext
from kit.jobs import find_run
from kit.plots.words import count, memory
from kit.result import Result
from kit.spec import Spec

_HASH = 16  # letters of a hash that people compare
_CODED = 3  # specs whose code a card has room for


def together(rows: Sequence[Result]) -> Result:
    """Return measured variants as one result."""
    runs = list(dict.fromkeys(str(row.facts["run"]) for row in rows if row.facts.get("run")))
    return Result(spec={"runs": runs}, parts=tuple(rows), provenance=dict(rows[0].provenance))


def subject(whole: Result, rows: Sequence[Result]) -> str:
    """Return what the card is of: the model and the data."""
    models = dict.fromkeys(_short(_model(row)) for row in rows if _model(row))
    sources = dict.fromkeys(_short(str(_data(row).get("source", ""))) for row in [*rows, whole] if _data(row))
    return " · ".join(", ".join(names) for names in (list(models)[:3], list(sources)[:2]) if names) or _("unnamed")


def answer_to(whole: Result, rows: Sequence[Result]) -> str:
    """Return what was done, in a sentence."""
    n, counted = len(rows), rows[0].facts.get("rows")
    if str(whole.spec.get("spec", "")).endswith("TuneSpec"):
        return _("Tuned on {n} rows; the numbers are those of the validation rows.").format(n=count(counted or 0))
    if not counted:
        return ngettext("{n} measured variant.", "{n} measured variants.", n).format(n=n)
    text = ngettext("Measured on {rows} rows.", "{n} variants, each measured on {rows} rows.", n)
    return text.format(n=n, rows=count(counted))


def data_facts(whole: Result, rows: Sequence[Result]) -> list[tuple[str, str]]:
    """Return which rows and which model exactly, as names and values."""
    data, origin = _data(rows[0]) or _data(whole), {**whole.provenance, **rows[0].provenance}
    model: dict[str, Any] = origin.get("model") if isinstance(origin.get("model"), dict) else {}  # type: ignore[assignment]
    weights = next(iter((model.get("files") or {}).items()), ("", ""))
    counted = rows[0].facts.get("rows")
    part = {"train": _("training part"), "test": _("test part")}.get(str(data.get("split", "")), "")
    return [
        (_("data"), " · ".join(filter(None, (_short(str(data.get("source", ""))), part)))),
        (_("rows"), count(counted) if counted else ""),
        (_("hash of the rows"), str(origin.get("data_hash") or "")[:_HASH]),
        (_("labels"), ", ".join(str(label) for label in (rows[0].facts.get("labels") or [])[:8])),
        (_("model"), str(model.get("source") or model.get("name") or _model(rows[0]))),
        (_("revision"), str(model.get("revision") or "")[:_HASH]),
        (_("hash of the weights"), f"{str(weights[1])[:_HASH]}" if weights[1] else ""),
        (_("runs"), ", ".join(str(run) for run in whole.spec.get("runs", []))),
    ]


def machine_facts(whole: Result, rows: Sequence[Result]) -> list[tuple[str, str]]:
    """Return the machine and the versions, as names and values."""
    origin = {**whole.provenance, **rows[0].provenance}
    machine = origin.get("machine") if isinstance(origin.get("machine"), dict) else {}
    packages = {name: v for name, v in (origin.get("packages") or {}).items() if v != "not installed"}
    return [
        (_("machine"), _machine(machine or {})),
        (_("system"), str(origin.get("os") or "")),
        (_("Tunebook"), " · ".join(filter(None, (str(origin.get("tunebook") or ""), _commit(origin.get("commit")))))),
        (_("Python"), str(origin.get("python") or "")),
        (_("packages"), ", ".join(f"{name} {v}" for name, v in packages.items())),
    ]


def _commit(commit: Any) -> str:
    text = str(commit or "")
    return "" if not text or text.startswith(("none", "unknown")) else text[:12] + ("+dirty" if "+" in text else "")


def _machine(machine: dict[str, Any]) -> str:
    if not machine:
        return ""
    gpus = ", ".join(str(gpu.get("name")) for gpu in machine.get("gpus", [])) or _("no GPU")
    sets = ", ".join(machine.get("instruction_sets", []))
    words = [
        _("{n} cores").format(n=machine.get("cores", "?")),
        memory(float(machine.get("memory_mib") or 0)),
        sets,
        gpus,
    ]
    return " · ".join(word for word in words if word)


def reproduction(whole: Result, rows: Sequence[Result]) -> str:
    """Return Python that measures the same again."""
    specs = [whole.spec] if "spec" in whole.spec else _specs_of_runs(whole)
    specs = specs or list({str(row.spec): row.spec for row in rows}.values())
    codes = [code for code in map(_code, specs[:_CODED]) if code]
    if len(specs) > _CODED:
        codes.append("# " + _("and {n} more of the same kind").format(n=len(specs) - _CODED))
    return "\n".join(["import kit", *codes]) if codes else _("# The spec of these results cannot be read here.")


def _specs_of_runs(whole: Result) -> list[dict[str, Any]]:
    """Return the specs of the runs that rows come from; none where one of them is not on this machine any more."""
    try:
        return [find_run(str(id)).spec.to_dict() for id in whole.spec.get("runs", [])]
    except (KitError, OSError):
        return []


def _code(values: dict[str, Any]) -> str:
    try:
        return f"run = kit.start({Spec.from_dict(values).code()})"
    except (KitError, TypeError, ValueError, AttributeError):
        return ""


def _model(row: Result) -> str:
    variant = row.spec.get("variant")
    held = variant.get("model") if isinstance(variant, dict) else ""
    return str(row.facts.get("model") or held or row.spec.get("model") or "")


def _data(row: Result) -> dict[str, Any]:
    data = row.spec.get("data")
    return data if isinstance(data, dict) else {}


def _short(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name
