"""Make a version of what a run has tuned, and take one by its name: ``kit.register`` and ``kit.load``.

Versions are in MLflow's registry at ``MLFLOW_TRACKING_URI``; without it, in an SQLite file of this machine, whose first
use takes some seconds. The adapter is uploaded once more for the version, under a name made from its content: what the
run's own artifacts become when it is resumed does not change a version.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.errors import KitError, ParameterError, RunFailedError, UnsupportedError
from kit.i18n import _
from kit.jobs import Run, Status, find_run
from kit.jobs.terminal import ProgressLine
from kit.models.folder import adapter_problem, read_json
from kit.models.registry import RUN_TAG, registered, resolve
from kit.models.store import is_new, speaking, store_uri
from kit.models.version import RegisteredModel, Wanted, check_alias, check_model_name, keep, remember
from kit.result import Result
from kit.tracking.follow import follow, only_one
from kit.tracking.target import Target
from kit.tracking.told import provenance_tags

_MIRROR_S = 60.0  # how long another process may still be mirroring the run
_EXISTS = "RESOURCE_ALREADY_EXISTS"


def register(run: Run | str, name: str, *, alias: str | None = None) -> RegisteredModel:
    """Make a new version of the model `name` from what `run` has tuned, and return it.

    The run is mirrored into MLflow first, if it is not there yet. Without ``MLFLOW_TRACKING_URI`` the version is made
    in a registry of this machine, which takes some seconds when it is used for the first time.

    Parameters
    ----------
    run : Run or str
        A tuning run that has finished or was stopped, or its id.
    name : str
        What the versions are versions of, such as "finance-alerts".
    alias : str, optional
        Given to this version and taken from the one that had it, such as "champion".

    Raises
    ------
    RunNotFoundError
        No run has that id.
    RunFailedError
        The run is not over, or it failed.
    UnsupportedError
        It made no adapter.
    ParameterError
        `name` or `alias` cannot be one.
    MissingPackageError
        MLflow is not installed.
    KitError
        MLflow does not answer, or refuses.
    """
    check_model_name(name)
    check_alias(alias)
    run = _run(run)
    result, adapter = _tuned(run)
    uri = store_uri()
    with _opening(), speaking(uri) as client:
        target = _mirrored(client, run, uri)
        version = _make(client, target, name, adapter, run, result)
        if alias is not None:
            client.set_registered_model_alias(name, alias, version.version)
    model = registered(version, alias)
    keep(model, version.creation_timestamp, lambda folder: Path(shutil.copytree(adapter, folder)))
    if alias is not None:
        remember(Wanted(name, alias=alias), model.version)
    remember(Wanted(name), model.version)
    return model


def load(name: str) -> RegisteredModel:
    """Return the version that `name` stands for now; its files are brought to this machine.

    It stands wherever a model is asked for: in specs, variants and panels.

    Parameters
    ----------
    name : str
        "alerts@champion" (an alias), "alerts/3" (a version) or "alerts" (the newest).

    Raises
    ------
    UnknownNameError
        The registry has no such model, version or alias.
    ParameterError
        `name` is no such name.
    MissingPackageError
        MLflow is not installed.
    KitError
        MLflow does not answer, or refuses.
    """
    with _opening():
        return resolve(name)


def _run(run: Run | str) -> Run:
    if isinstance(run, Run):
        return run
    if isinstance(run, str):
        return find_run(run.removeprefix("run:"))
    raise ParameterError("run", run, allowed=_("a run or its id"), fix=_("kit.runs() lists them."))


def _tuned(run: Run) -> tuple[Result, Path]:
    """Return the result of a run that may be registered, and the folder of its adapter."""
    status = run.status
    if status.state not in ("finished", "stopped"):
        raise RunFailedError(
            _("Run {id} cannot be registered: it is {status}.").format(id=run.id, status=status),
            fix=_("Wait for it with run.wait(), or choose one that has finished or was stopped."),
        )
    adapter = run.folder / status.artifacts.get("adapter", "artifacts/adapter")
    if not adapter.is_dir():
        raise UnsupportedError(
            _("Run {id} made no adapter, so there is no model to register.").format(id=run.id),
            fix=_("Choose a tuning run that came to its first evaluation."),
        )
    problem = adapter_problem(adapter)
    if problem is not None:
        raise problem
    return run.result, adapter


def _mirrored(client: Any, run: Run, uri: str) -> Target:
    with only_one(run.folder, wait_s=_MIRROR_S) as mine:
        if not mine:
            raise KitError(
                _("Run {id} is being mirrored by another process.").format(id=run.id),
                fix=_("Try again in a minute."),
            )
        return follow(client, run, uri)


def _make(client: Any, target: Target, name: str, adapter: Path, run: Run, result: Result) -> Any:
    place = f"versions/{_content(adapter)}"
    client.log_artifacts(target.id, str(adapter), place)
    try:
        client.create_registered_model(name)
    except Exception as exc:
        if getattr(exc, "error_code", "") != _EXISTS:
            raise
    return client.create_model_version(
        name,
        source=f"{target.artifact_uri}/{place}",
        run_id=target.id,
        tags=_tags(run, result),
        description=_description(run, result, adapter),
    )


def _tags(run: Run, result: Result) -> dict[str, str]:
    numbers = {name: f"{value:.6g}" for name, value in result.metrics.items()}
    return {RUN_TAG: run.id, **provenance_tags(result.provenance), **numbers}


def _description(run: Run, result: Result, adapter: Path) -> str:
    base = (read_json(adapter / "tunebook.json") or {}).get("base") or _("an unnamed model")
    text = _("LoRA adapter for {base}, tuned by run {id} ({state}).").format(base=base, id=run.id, state=result.status)
    accuracy, before = (result.metrics.get(f"validation_accuracy{end}") for end in ("", "_before"))
    if accuracy is None or before is None:
        return text
    more = _("Validation accuracy {now:.3f}, untuned {before:.3f}.").format(now=accuracy, before=before)
    return f"{text} {more}"


def _content(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _opening() -> Iterator[None]:
    """Say on standard error why this takes a while, where the registry of this machine has still to be made."""
    line = ProgressLine()
    if is_new():
        line.show(Status(state="running", phase=_("making the registry of this machine (once, some seconds)")))
    try:
        yield
    finally:
        line.clear()
