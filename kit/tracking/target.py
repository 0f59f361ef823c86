"""The one MLflow run that mirrors a run: found again or made, told what is new, closed.

How many bytes of the event log are told stands as a tag of the MLflow run, set by the same request that brings the
points. So it is true whatever happens to the mirror, and it counts more than the copy in ``mlflow.json``.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Run, Status
from kit.machine.provenance import provenance
from kit.models.folder import read_json
from kit.models.registry import RUN_TAG
from kit.models.store import artifact_root, public
from kit.place import write_atomic
from kit.tracking.told import Point, kind_of, name_for_mlflow, params_of, provenance_tags, tag

MEMORY = "mlflow.json"
_READ_TAG = "tunebook.events_read"
_STATE_TAG = "tunebook.state"
_EXPERIMENT = "tunebook"
_MOST_POINTS, _MOST_PARAMS = 500, 100  # in one request; MLflow's limits are 1000 and 100
_LARGEST_BYTES = 1 << 30  # of one artifact; whole models are shared by other means
_WORDS = {"queued": "SCHEDULED", "finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED", "crashed": "FAILED"}


class Target:
    """The MLflow run of `run`, which is found again or made.

    Parameters
    ----------
    client
        Of MLflow, as `kit.models.store.speaking` gives it.
    run : Run
        What is mirrored.
    uri : str
        Where `client` speaks to.

    Raises
    ------
    KitError
        A person has deleted the MLflow run.
    """

    def __init__(self, client: Any, run: Run, uri: str) -> None:
        self._client, self._run, self._uri, self._files = client, run, public(uri), artifact_root(uri)
        found = self._find() or self._make()
        self.id: str = found.info.run_id
        self.experiment_id: str = found.info.experiment_id
        self.artifact_uri: str = found.info.artifact_uri
        self._tags: dict[str, str] = dict(found.data.tags)
        self._status: str = found.info.status
        self.read = int(self._tags.get(_READ_TAG, 0))  # bytes of the log that are told
        if not found.data.params:
            self._tell_params()
        self._note()

    def _find(self) -> Any:
        memory = read_json(self._run.folder / MEMORY) or {}
        if memory.get("tracking_uri") == self._uri and memory.get("run_id"):
            found = _unless_missing(lambda: self._client.get_run(memory["run_id"]))
            if found is not None and found.info.lifecycle_stage == "deleted":
                raise KitError(
                    _("The MLflow run of {id} was deleted there.").format(id=self._run.id),
                    fix=_("Restore it, or remove {file} to have a new one.").format(file=self._run.folder / MEMORY),
                )
            if found is not None:
                return found
        # Without its memory (another store was used meanwhile, or it was killed at a bad moment) the tag finds it.
        wanted = f"tags.`{RUN_TAG}` = '{self._run.id}'"
        return next(iter(self._client.search_runs([self._experiment()], wanted, max_results=1)), None)

    def _make(self) -> Any:
        tags = {
            RUN_TAG: self._run.id,
            "tunebook.kind": kind_of(self._spec()),
            **provenance_tags(provenance()),
            "mlflow.source.name": "tunebook",
        }
        with contextlib.suppress(OSError, KeyError, ImportError):  # a container may run for a user without a name
            tags["mlflow.user"] = getpass.getuser()
        started = int(float(self._run.about["created"]) * 1000)
        return self._client.create_run(self._experiment(), start_time=started, tags=tags, run_name=self._run.id)

    def _spec(self) -> dict[str, Any]:
        return read_json(self._run.folder / "spec.json") or {}

    def _experiment(self) -> str:
        if os.environ.get("MLFLOW_EXPERIMENT_ID"):
            return os.environ["MLFLOW_EXPERIMENT_ID"]
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or _EXPERIMENT
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(name, artifact_location=self._files))
        except Exception as exc:
            if getattr(exc, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
                raise
            return str(self._client.get_experiment_by_name(name).experiment_id)  # another mirror was quicker

    def _tell_params(self) -> None:
        from mlflow.entities import Param

        params = [Param(name, value) for name, value in params_of(self._spec()).items()]
        for part in _parts(params, _MOST_PARAMS):
            self._client.log_batch(self.id, params=part)

    def told(self, status: Status, log_bytes: int) -> bool:
        """Is everything of a run that is over told already?"""
        return (
            self.read == log_bytes
            and self._tags.get(_STATE_TAG) == status.state
            and self._status == _WORDS.get(status.state)
        )

    def tell(self, points: Sequence[Point], read: int, status: Status, tags: Mapping[str, str] | None = None) -> None:
        """Tell new points, up to where in the log they come from, and how the run is."""
        from mlflow.entities import Metric, RunTag

        wanted = {_STATE_TAG: status.state, "tunebook.cause": tag(status.cause), _READ_TAG: str(read), **(tags or {})}
        new = {name: value for name, value in wanted.items() if self._tags.get(name, "") != value}
        # Only `close` says that a run is over: by that `told` knows that the files came too.
        self._set_status("RUNNING" if status.over else _WORDS.get(status.state, "RUNNING"))
        if points or new:
            *parts, last = _parts(points, _MOST_POINTS) or [[]]
            for part in parts:
                self._client.log_batch(self.id, metrics=[Metric(p.name, p.value, p.at_ms, p.step) for p in part])
            metrics = [Metric(p.name, p.value, p.at_ms, p.step) for p in last]
            self._client.log_batch(self.id, metrics=metrics, tags=[RunTag(name, value) for name, value in new.items()])
            self._tags |= new
            if read != self.read:
                self.read = read
                self._note()

    def close(self, status: Status) -> None:
        """Bring the files of a run that is over, and say how it ended."""
        left = list(self._upload(status))
        if left:
            self._client.set_tag(self.id, "tunebook.left_out", tag(", ".join(left)))
        ended = int((status.ended or time.time()) * 1000)
        self._client.set_terminated(self.id, status=_WORDS[status.state], end_time=ended)
        self._status = _WORDS[status.state]

    def _upload(self, status: Status) -> Iterator[str]:
        """Upload what the run made, and yield the names of what is too large."""
        folder = self._run.folder
        for path in (folder / "result.json", folder / "spec.json"):
            if path.is_file():
                self._client.log_artifact(self.id, str(path))
        for name, made in status.artifacts.items():
            path = folder / made
            place = name_for_mlflow(str(Path(made).relative_to("artifacts")) if made.startswith("artifacts/") else made)
            if _size(path) > _LARGEST_BYTES:
                yield name
            elif path.is_dir():
                self._client.log_artifacts(self.id, str(path), place)
            elif path.is_file():
                self._client.log_artifact(self.id, str(path), str(Path(place).parent) if "/" in place else None)

    def _set_status(self, word: str) -> None:
        if word != self._status:
            self._client.update_run(self.id, status=word)
            self._status = word

    def _note(self) -> None:
        values = {
            "tracking_uri": self._uri,
            "experiment_id": self.experiment_id,
            "run_id": self.id,
            "events_read": self.read,
        }
        # A folder that was moved to the trash must not come back; a full disk costs the note, which the tags replace.
        if (self._run.folder / "about.json").exists():
            with contextlib.suppress(OSError):
                write_atomic(self._run.folder / MEMORY, json.dumps(values, indent=1))


def _unless_missing(ask: Any) -> Any:
    try:
        return ask()
    except Exception as exc:
        if getattr(exc, "error_code", "") != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def _parts(values: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [values[i : i + size] for i in range(0, len(values), size)]


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.is_file() else 0
