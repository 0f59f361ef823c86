"""Ask the registry which version a name stands for, and bring it here. MLflow is imported when it is asked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from kit.errors import KitError, ModelNotFoundError, UnknownNameError
from kit.i18n import _
from kit.models.store import StoreUnavailable, speaking, store_uri
from kit.models.version import (
    PREFIX,
    RegisteredModel,
    Wanted,
    keep,
    kept,
    last_seen,
    remember,
    wanted,
)
from kit.report import Report

RUN_TAG = "tunebook.run"
_MISSING = "RESOURCE_DOES_NOT_EXIST"


def resolve(name: str) -> RegisteredModel:
    """Return the version that `name` ("alerts/3", "alerts@champion", "alerts") stands for now, with its files here.

    Raises
    ------
    UnknownNameError
        The registry has no such model, version or alias.
    MissingPackageError, KitError
        As from `speaking`, or what is registered is no model.
    """
    want = wanted(name)
    uri = store_uri()
    with speaking(uri) as client:
        version = _version(client, want)
        model = registered(version, want.alias)
        keep(model, version.creation_timestamp, lambda folder: _download(client, version, folder, uri))
    if want.moves:
        remember(want, model.version)
    return model


def bring(name: str, report: Report) -> None:
    """Make sure that the version `name` is on this machine.

    A name that moves is looked up again. Where the registry does not answer, the version it stood for last is used,
    and the report is told so.

    Raises
    ------
    KitError
        As from `resolve`.
    """
    want = wanted(name)
    if not want.moves and kept(want) is not None:
        return
    report.progress(_("asking the registry"))
    try:
        resolve(name)
    except StoreUnavailable as exc:
        if kept(want) is None:
            raise
        report.message(
            _("{problem} Version {version} of {name} is used, as when it was last asked.").format(
                problem=exc.problem, version=last_seen(want), name=want.name
            )
        )


def not_kept(name: str) -> ModelNotFoundError:
    """Return the error for a version that is not on this machine."""
    short = name.removeprefix(PREFIX)
    return ModelNotFoundError(
        _("The registered model {name!r} is not on this machine.").format(name=name),
        fix=_("Fetch it from the registry: kit.load({short!r}), or run: tunebook models get {name}").format(
            short=short, name=name
        ),
    )


def registered(version: Any, alias: str | None) -> RegisteredModel:
    """Return MLflow's account of a version as ours."""
    number = int(version.version)
    uri = f"models:/{version.name}/{number}"
    return RegisteredModel(version.name, number, alias, str(version.tags.get(RUN_TAG, "")), uri)


def _version(client: Any, want: Wanted) -> Any:
    model = _model(client, want.name)
    number = want.version
    if want.alias is not None:
        if want.alias not in model.aliases:
            raise UnknownNameError("alias", want.alias, model.aliases, fix=_aliases_fix(want.name))
        number = int(model.aliases[want.alias])
    known = [int(each.version) for each in _versions(client, want.name)]
    if not known:
        raise KitError(
            _("The registered model {name!r} has no versions.").format(name=want.name),
            fix=_("kit.register(run, {name!r}) makes one.").format(name=want.name),
        )
    if number is None:
        number = max(known)
    if number not in known:
        newest = max(known)
        raise UnknownNameError(
            "version",
            str(number),
            map(str, sorted(known)),
            fix=_("The newest is {name}/{newest}.").format(name=want.name, newest=newest),
        )
    return client.get_model_version(want.name, str(number))


def _model(client: Any, name: str) -> Any:
    try:
        return client.get_registered_model(name)
    except Exception as exc:
        if getattr(exc, "error_code", "") != _MISSING:
            raise
        known = [each.name for each in client.search_registered_models(max_results=200)]
        raise UnknownNameError("name", name, known) from exc


def _versions(client: Any, name: str) -> list[Any]:
    found, token = [], None
    while True:
        page = client.search_model_versions(f"name='{name}'", page_token=token)
        found += page
        token = page.token
        if not token:
            return found


def _aliases_fix(name: str) -> str:
    return _("Set one with kit.register(run, {name!r}, alias=…), or take the newest: {name!r}.").format(name=name)


def _download(client: Any, version: Any, folder: Path, uri: str) -> Path:
    from mlflow.artifacts import download_artifacts

    source = client.get_model_version_download_uri(version.name, version.version)
    folder.mkdir()
    came = Path(download_artifacts(artifact_uri=source, dst_path=str(folder), tracking_uri=uri)).resolve()
    if not came.is_relative_to(folder.resolve()):  # a store on this machine may show its own files, which stay there
        shutil.copytree(came, folder / "copy")
        return folder / "copy"
    return came
